import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { drawDesigns, mappingOfDrawn } from '../../src/core/search/random-designs.ts'
import { designOf } from '../../src/core/simulator/design.ts'
import { evaluate, evaluateDesign } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const cases = [
  ['gpt-13b', 'lean-48', 96],
  ['mixtral-8x7b', 'pd-48', 96],
  ['gpt-6.7b', 'a100-80gb', 64]
] as const

describe.each(cases)('designs of %s drawn on %s', (model, chip, globalBatch) => {
  const training = TrainingSpec.parse({ globalBatch, sequenceLength: 2048, attention: 'flash' })
  const workload = buildWorkload(modelPreset(model).spec, training)
  const machine = machineOf(chipPreset(chip))
  const drawn = drawDesigns(workload, machine, { count: 40, seed: 5, interleaved: true })

  it('are legal mappings that take the same time written down and read back', () => {
    for (const one of drawn) {
      const mapping = mappingOfDrawn(workload, machine, one)
      expect(() => designOf(workload, machine, mapping)).not.toThrow()
      const coded = evaluateDesign(workload, machine, one.design, mapping).iterationTime_s
      expect(evaluate(workload, machine, mapping).iterationTime_s / coded).toBeCloseTo(1, 9)
    }
  })

  it('are all different, and the same again from the same seed', () => {
    const texts = drawn.map((one) => JSON.stringify(mappingOfDrawn(workload, machine, one)))
    expect(new Set(texts).size).toBe(texts.length)
    const again = drawDesigns(workload, machine, { count: 40, seed: 5, interleaved: true })
    expect(again.map((one) => JSON.stringify(mappingOfDrawn(workload, machine, one)))).toEqual(texts)
  })
})
