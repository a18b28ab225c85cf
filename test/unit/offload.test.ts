import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { Strategy, strategyMapping } from '../../src/core/mapping/strategy.ts'
import { gridOf } from '../../src/core/policies/policy.ts'
import { polish } from '../../src/core/search/polish.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const GB = 1e9
const training = TrainingSpec.parse({ globalBatch: 4, sequenceLength: 2048, attention: 'standard' })
const workload = buildWorkload(modelPreset('gpt-6.7b').spec, training)
const chip = mergeChip(chipPreset('a100-80gb'), { execution: { overlap: 0 } }, 8)
const machine = machineOf(chip)
const mapping = strategyMapping(workload, gridOf(machine), 8, Strategy.parse({ tensorParallel: 8, dataParallel: 1 }), {
  microBatch: 1
})
const offloading = (names: readonly string[], base = mapping): Mapping => ({
  ...base,
  plans: { ...base.plans, dense: { ...base.plans.dense!, offload: [...names] } }
})
const kept = evaluate(workload, machine, mapping)
/** 5 a s^2 b bytes per layer, cut by 8. */
const scores_B = (32 * 5 * 32 * 2048 ** 2) / 8

describe('offloading a stored tensor', () => {
  it('takes its bytes out of the die and, without overlap, its time twice over the link', () => {
    const away = evaluate(workload, machine, offloading(['attention.scores']))
    expect(kept.memory_B.activations - away.memory_B.activations).toBeCloseTo(scores_B, 0)
    const seconds = (4 * 2 * scores_B) / chip.offload!.bandwidthPerDie_Bps
    expect(away.time_s.other - kept.time_s.other).toBeCloseTo(seconds, 9)
    expect(away.iterationTime_s - kept.iterationTime_s).toBeCloseTo(seconds, 9)
  })

  it('costs nothing while the link keeps up with the compute it hides under', () => {
    const fast = machineOf(mergeChip(chip, { execution: { overlap: 1 }, offload: { bandwidthPerDie_Bps: 1e15 } }))
    const away = evaluate(workload, fast, offloading(['norm1.input', 'down.input']))
    expect(away.time_s.other).toBe(evaluate(workload, fast, mapping).time_s.other)
  })

  it('is refused where there is nothing to offload to, where the tensor is recomputed, and where nobody knows it', () => {
    const wafer = machineOf(chipPreset('lean-48'))
    const there = strategyMapping(workload, gridOf(wafer), 48, Strategy.parse({ tensorParallel: 8, dataParallel: 1 }), {
      microBatch: 1
    })
    expect(() => evaluate(workload, wafer, offloading(['norm1.input'], there))).toThrow(
      /lean-48.*0 bytes of offload memory/
    )
    const both = { ...mapping.plans.dense!, recompute: ['attention.scores'], offload: ['attention.scores'] }
    expect(() => evaluate(workload, machine, { ...mapping, plans: { ...mapping.plans, dense: both } })).toThrow(/both/)
    expect(() => evaluate(workload, machine, offloading(['attention.score']))).toThrow(/'attention.scores'/)
  })

  it('breaks the capacity it goes to with stage, value and limit', () => {
    const small = machineOf(mergeChip(chip, { offload: { capacityPerDie_B: 1 * GB } }))
    const { feasible, violations } = evaluate(workload, small, offloading(['attention.scores']))
    expect(feasible).toBe(false)
    expect(violations).toContainEqual(
      expect.objectContaining({ code: 'offload-capacity', subject: 'stage 0', limit: 1 * GB, unit: 'B' })
    )
    expect(violations[0]!.value).toBeCloseTo(scores_B, 0)
  })

  it('is what annealing finds when recomputing is dear and the link is fast', () => {
    const roomy = mergeChip(chip, {
      device: { memory_B: 20 * GB },
      execution: { overlap: 1 },
      offload: { bandwidthPerDie_Bps: 1e13 }
    })
    const tight = machineOf(roomy)
    const start: Mapping = {
      ...mapping,
      plans: {
        ...mapping.plans,
        dense: { ...mapping.plans.dense!, recompute: ['attention.scores', 'projection.input'] }
      }
    }
    const found = polish(workload, tight, start, 1, 4000)
    expect(Object.values(found.mapping.plans).some(({ offload }) => (offload ?? []).length > 0)).toBe(true)
    expect(found.iterationTime_s).toBeLessThan(evaluate(workload, tight, start).iterationTime_s)
  })
})
