import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { Mapping } from '../../src/core/mapping/mapping.ts'
import { regionDies } from '../../src/core/mapping/region.ts'
import { policies } from '../../src/core/policies/policies.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const mixture = { experts: 4, topK: 2, expertHidden: 1024, sharedExperts: 1, firstLayer: 1, everyLayers: 1 }
const model = fc
  .record({
    layers: fc.integer({ min: 2, max: 6 }),
    heads: fc.constantFrom(8, 12, 14),
    gated: fc.boolean(),
    mixed: fc.boolean(),
    grouped: fc.boolean()
  })
  .map(({ layers, heads, gated, mixed, grouped }) =>
    ModelSpec.parse({
      name: 'small',
      layers,
      hidden: heads * 128,
      heads,
      kvHeads: grouped ? heads / 2 : heads,
      vocabulary: 50257,
      maxPositions: 8192,
      ffnHidden: heads * 512,
      ffn: gated ? 'swiglu' : 'gelu',
      ...(mixed && { moe: mixture })
    })
  )
const training = fc
  .record({
    globalBatch: fc.constantFrom(3, 8, 20, 28, 60),
    sequenceLength: fc.constantFrom(512, 2048, 8192),
    attention: fc.constantFrom('standard' as const, 'flash' as const)
  })
  .map((fields) => TrainingSpec.parse(fields))
const machine = fc
  .constantFrom('watos-56', 'fred-20', 'wsc-llm-54', 'dojo-tile-5x5', 'a100-80gb')
  .map((name) => machineOf(chipPreset(name)))

describe('every policy', () => {
  it('is a mapping of our encoding: written down and read back it takes the same time and memory, on no more dies than there are', () => {
    fc.assert(
      fc.property(model, training, machine, (spec, trainingSpec, onMachine) => {
        const workload = buildWorkload(spec, trainingSpec)
        for (const policy of policies) {
          const { evaluation, failure } = policy.run(workload, onMachine)
          if (!evaluation) {
            expect(failure).toBeDefined()
            continue
          }
          const read = Mapping.parse(JSON.parse(JSON.stringify(evaluation.mapping)))
          const again = evaluate(workload, onMachine, read)
          expect(again.iterationTime_s).toBe(evaluation.iterationTime_s)
          expect(again.memory_B).toEqual(evaluation.memory_B)
          expect(failure === undefined).toBe(again.feasible)
          expect(read.dataParallel * read.stages.length * regionDies(read.region)).toBeLessThanOrEqual(onMachine.dies)
        }
      }),
      { numRuns: 12 }
    )
  })

  it('never loses by what the next form of its system adds', () => {
    const time_s = (name: string, ...given: Parameters<(typeof policies)[number]['run']>): number => {
      const { evaluation, failure } = policies.find((policy) => policy.name === name)!.run(...given)
      return failure === undefined ? evaluation!.iterationTime_s : Infinity
    }
    const forms = [
      ['accpar-raw', 'accpar-ga'],
      ['accpar-ga', 'accpar-m'],
      ['deepspeed-z3', 'deepspeed-tuned'],
      ['deepspeed-z3-checkpoint', 'deepspeed-tuned'],
      ['megatron-full', 'megatron-tuned'],
      ['megatron-2022', 'megatron-tuned']
    ] as const
    fc.assert(
      fc.property(model, training, machine, (spec, trainingSpec, onMachine) => {
        const workload = buildWorkload(spec, trainingSpec)
        for (const [plain, richer] of forms)
          expect(time_s(richer, workload, onMachine)).toBeLessThanOrEqual(time_s(plain, workload, onMachine))
      }),
      { numRuns: 6 }
    )
  })
})
