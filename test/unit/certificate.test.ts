import { expect, test } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { certificateOf } from '../../src/core/search/certificate.ts'
import { QUICK } from '../../src/core/search/effort.ts'
import { keptPoint } from '../../src/core/search/kept-point.ts'
import { searchMapping } from '../../src/core/search/mapping-search.ts'
import { stepBound } from '../../src/core/simulator/bounds.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const workload = buildWorkload(
  modelPreset('megatron-1.7b').spec,
  TrainingSpec.parse({ globalBatch: 16, sequenceLength: 1024, attention: 'flash' })
)
const machine = machineOf(mergeChip(chipPreset('watos-56'), { grid: { rows: 2, columns: 4 } }))
const space = MappingSpace.parse({ regions: [[2, 1]], pipelineParallel: [2], dataParallel: [2] })
const found = searchMapping(workload, machine, { space, effort: QUICK })
const mapping = found.best!.mapping

/** What is told of a design that lies just below the bound of the space it was searched from. */
function outside(design: Mapping) {
  const best = keptPoint(workload, machine, 'search', 'TMAC', design)
  const lowerBound_s = 1.01 * best.evaluation.iterationTime_s
  return certificateOf(best, { ...found, lowerBound_s, leastCost_s: lowerBound_s }, workload, machine, 'throughput')
}

test('a search bounds what lies anywhere below what lies where its space has it', () => {
  const { time_s, offloading_s } = found.anywhere
  expect(offloading_s).toBeGreaterThan(stepBound(workload, machine).iterationTime_s)
  expect(time_s).toBeGreaterThanOrEqual(offloading_s)
  expect(found.lowerBound_s).toBeGreaterThanOrEqual(time_s)
})

test('a design whose regions lie elsewhere is held to the bound of its combinations', () => {
  const placement = mapping.placement.toReversed()
  const told = outside({ ...mapping, placement })
  expect(told.searched!.beyond).toBe('places')
  expect(told.lowerBound_s).toBe(found.anywhere.time_s)
})

test('one that leaves tensors with another stage is held to what no memory binds', () => {
  const [first, ...others] = mapping.stages
  const run = first!.layers.find((one) => one.class === 'dense')!
  const plans = { ...mapping.plans, helped: { ...mapping.plans[run.plan]!, offload: ['qkv.input'] } }
  const layers = first!.layers.map((one) => (one.class === 'dense' ? { ...one, plan: 'helped' } : one))
  const told = outside({ ...mapping, plans, stages: [{ layers }, ...others], helpers: [[0, 1]] })
  expect(told.searched!.beyond).toBe('offloading')
  expect(told.lowerBound_s).toBe(found.anywhere.offloading_s)
})

test('one that repeats work is held to the bound of all mappings', () => {
  const [name, plan] = Object.entries(mapping.plans).find(([, { operators }]) => operators['qkv'])!
  const alone = Object.fromEntries(Object.keys(plan.operators['qkv']!).map((axis) => [axis, 'replicated' as const]))
  const operators = { ...plan.operators, qkv: alone }
  const told = outside({ ...mapping, plans: { ...mapping.plans, [name]: { ...plan, operators } } })
  expect(told.searched!.beyond).toBe('everything')
  expect(told.lowerBound_s).toBe(stepBound(workload, machine).iterationTime_s)
})
