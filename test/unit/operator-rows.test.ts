import { describe, expect, it } from 'vitest'
import { modelPresets } from '../../src/core/workload/model-presets.ts'
import { operatorRows } from '../../src/core/workload/operator-rows.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

describe.each(modelPresets.map(({ name, spec }) => [name, spec] as const))('operators of %s', (_name, model) => {
  const training = TrainingSpec.parse({ globalBatch: 64, sequenceLength: Math.min(2048, model.maxPositions) })
  const workload = buildWorkload(model, training)
  const rows = operatorRows(workload)
  const total = (value: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((sum, row) => sum + row.layers * value(row), 0)

  it('hold every parameter of the model', () => {
    expect(total(({ parameters }) => parameters)).toBeCloseTo(workload.parameters, -3)
  })
  it('do every FLOP of a step, three passes of the forward one', () => {
    const tokens = training.globalBatch * training.sequenceLength
    expect((3 * tokens * total(({ forwardFlopsPerToken }) => forwardFlopsPerToken)) / workload.modelFlops).toBeCloseTo(
      1,
      9
    )
  })
})

describe('activations of a GPT layer', () => {
  it('are 34 h + 5 a s bytes per token with stored scores (2205.05198, equation 1)', () => {
    const model = modelPresets.find(({ name }) => name === 'gpt3-175b')!.spec
    const training = TrainingSpec.parse({ globalBatch: 1, sequenceLength: 2048, attention: 'standard' })
    const rows = operatorRows(buildWorkload(model, training)).filter(({ layer }) => layer === 'dense')
    const stored = rows.reduce((sum, { stored_BPerToken }) => sum + stored_BPerToken, 0)
    expect(stored).toBe(34 * model.hidden + 5 * model.heads * 2048)
  })
})
