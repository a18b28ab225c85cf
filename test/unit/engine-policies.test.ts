import { describe, expect, test } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { ChipSpec } from '../../src/core/chip/chip-spec.ts'
import { randomStream } from '../../src/core/optimization/random.ts'
import { policies } from '../../src/core/policies/policies.ts'
import { stateShortfall } from '../../src/core/search/infeasibility.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { exploreDirectly, smallInputs, smallSpace } from '../fixtures/small-exploration.ts'

const clusterOf = (devices: number): ChipSpec => ChipSpec.parse({ ...chipPreset('a100-80gb'), devices })

/** A small model and a chip drawn at random, and a space that is narrow enough to be searched in a moment. */
function drawn(seed: number) {
  const random = randomStream(seed, 7)
  const one = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!
  const heads = one([8, 12, 16])
  const model = ModelSpec.parse({
    name: `drawn-${seed}`,
    layers: one([2, 3, 4, 6]),
    heads,
    hidden: heads * one([64, 128]),
    vocabulary: one([1000, 32000, 50257]),
    ffn: one(['gelu', 'swiglu'])
  })
  return smallInputs({
    model,
    chip: one([chipPreset('watos-56'), chipPreset('lean-48'), chipPreset('temp-48'), clusterOf(8)]),
    globalBatch: one([8, 12, 16, 24]),
    policies: policies.map(({ name }) => name),
    space: { mapping: { ...smallSpace.mapping, regions: [[1, one([1, 2])]] }, architecture: null },
    seed
  })
}

describe('on one chip', () => {
  test.each([11, 14, 16])('no policy is faster than ours, even where our space is narrow (pair %i)', async (seed) => {
    const inputs = drawn(seed)
    const { outcome, kept } = await exploreDirectly(inputs)
    expect(outcome.policies.length + outcome.failedPolicies.length).toBe(policies.length)
    expect(outcome.policies.length).toBeGreaterThan(3)
    for (const { source, evaluation } of outcome.policies)
      expect(evaluation.iterationTime_s, source).toBeGreaterThanOrEqual(outcome.best!.evaluation.iterationTime_s)
    const { lowerBound_s, best_s } = outcome.certificate!
    expect(best_s).toBe(outcome.best!.evaluation.iterationTime_s)
    expect(lowerBound_s).toBeLessThanOrEqual(best_s)
    const workload = buildWorkload(inputs.model, inputs.training)
    for (const { chip, mapping, evaluation } of kept)
      expect(evaluate(workload, machineOf(chip), mapping)).toEqual(evaluation)
  })
})

describe('the state that must fit', () => {
  const workload = buildWorkload(smallInputs().model, smallInputs().training)
  const machine = machineOf(chipPreset('wsc-llm-54'))

  test('is short by exactly what 18 bytes per parameter on all dies need over a die', () => {
    const need_B = (18 * workload.parameters) / machine.dies
    expect(stateShortfall(workload, machine)).toBeUndefined()
    expect(stateShortfall(workload, { ...machine, capacity_B: need_B })).toBeUndefined()
    expect(stateShortfall(workload, { ...machine, capacity_B: need_B / 2.51 })).toMatchObject({
      value: need_B,
      limit: need_B / 2.51,
      unit: 'B',
      message: expect.stringContaining('136 such dies') as string
    })
  })

  test('is less than any policy stores per die', async () => {
    const { outcome } = await exploreDirectly({ ...drawn(11), policies: policies.map(({ name }) => name) })
    const inputs = drawn(11)
    const { parameters } = buildWorkload(inputs.model, inputs.training)
    const least_B = (inputs.training.optimizerBytesPerParameter * parameters) / machineOf(inputs.chip).dies
    for (const { source, evaluation } of outcome.policies)
      expect(evaluation.memory_B.peak, source).toBeGreaterThan(least_B)
  })
})
