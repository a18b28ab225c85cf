import { describe, expect, it } from 'vitest'
import { fitError } from '../../src/core/calibration/fit-error.ts'
import { predictPublished, publishedChoices } from '../../src/core/validation/published-errors.ts'
import { measured_s, publishedModel, publishedSets } from '../../src/core/validation/published-steps.ts'
import { parameterCount } from '../../src/core/workload/parameter-count.ts'

const predicted = publishedSets.map((set) => ({ set, results: predictPublished(set) }))
const errorOf = (...ids: readonly string[]) =>
  fitError(
    predicted
      .filter(({ set }) => ids.includes(set.id))
      .flatMap(({ results }) => results.map((one) => Math.log(one.predicted_s / one.measured_s)))
  )
const groupError = (group: string) => errorOf(...publishedSets.filter((set) => set.group === group).map(({ id }) => id))
const setOf = (id: string) => publishedSets.find((set) => set.id === id)!

describe('published training steps', () => {
  it('have the models that their tables count', () => {
    // NumParams of the MPT table at 2,048 tokens.
    const mpt = { '1b': 1_315_950_592, '3b': 2_651_837_440, '7b': 6_658_859_008, '13b': 12_853_954_560 }
    const larger = { '30b': 29_975_214_080, '70b': 64_862_437_376 }
    for (const [size, parameters] of Object.entries({ ...mpt, ...larger }))
      expect(parameterCount(publishedModel(`mpt-${size}`)).total).toBe(parameters)
  })

  it('name every device in their degrees and every sequence in their batches', () => {
    for (const { rows } of publishedSets)
      for (const { strategy, devices, globalBatch, microBatch } of rows) {
        const { tensorParallel, pipelineParallel, contextParallel } = strategy
        const replicas = devices / (tensorParallel * pipelineParallel * contextParallel)
        expect(replicas).toBe(Math.round(replicas))
        expect(globalBatch % (replicas * microBatch)).toBe(0)
      }
  })

  it('give the utilisation that Korthikanti et al. print beside their times', () => {
    const printed = [41.5, 51.4, 56.0, 56.3]
    const selective = setOf('megatron-2022').rows.filter(
      ({ strategy, devices }) => strategy.recompute === 'selective' && devices <= 512
    )
    selective.forEach((step, index) => {
      const { layers, hidden, vocabulary } = publishedModel(step.model)
      const s = step.sequenceLength
      const parts = 1 + s / (6 * hidden) + vocabulary / (12 * layers * hidden)
      const flops = 72 * step.globalBatch * layers * s * hidden ** 2 * parts
      expect((100 * flops) / measured_s(step) / step.devices / 312e12).toBeCloseTo(printed[index]!, 0)
    })
  })

  it('of Megatron on A100s are predicted within 6% on average', () => {
    expect(errorOf('megatron-2021', 'megatron-2022').mean).toBeLessThan(0.06)
    expect(errorOf('megatron-2022').mean).toBeLessThan(0.03)
  })

  it('under FSDP, and of NeMo on H100s, are predicted within 12% on average', () => {
    expect(groupError('fsdp').mean).toBeLessThan(0.12)
    expect(groupError('nemo').mean).toBeLessThan(0.12)
  })

  it('leave no choice that the prediction gets wrong', () => {
    const choices = predicted.flatMap(({ results }) => publishedChoices(results))
    expect(choices.length).toBeGreaterThanOrEqual(4)
    for (const { regret } of choices) expect(regret).toBeLessThan(0.02)
  })
})
