import { describe, expect, it } from 'vitest'
import { Mapping } from '../../src/core/mapping/mapping.ts'
import { polish } from '../../src/core/search/polish.ts'
import { designOf } from '../../src/core/simulator/design.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { copiesOf, memoryContents } from '../../src/core/simulator/insight/memory-columns.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

const GB = 1e9
const workload = workloadOf('gpt-6.7b', { globalBatch: 8, sequenceLength: 2048 })
const chip = { execution: { overlap: 0 }, grid: { rows: 1, columns: 8 } }
const wafer = waferOf(chip)
/** Four stages of two dies in a row. */
const kept = mappingOf(workload, wafer, { tensorParallel: 2, pipelineParallel: 4, dataParallel: 1 })
/** 5 a s^2 b bytes per layer, cut by 2; eight layers on a stage. */
const scores_B = (8 * (32 * 5 * 32 * 2048 ** 2)) / 32 / 2

const sending = (pairs: Mapping['helpers'], mapping = kept): Mapping => ({
  ...mapping,
  helpers: pairs,
  plans: { ...mapping.plans, lent: { ...mapping.plans.dense!, recompute: [], offload: ['attention.scores'] } },
  stages: mapping.stages.map(({ layers }, stage) => ({
    layers: layers.map((run) =>
      run.class === 'dense' && pairs!.some(([helped]) => helped === stage) ? { ...run, plan: 'lent' } : run
    )
  }))
})
const activations = (mapping: Mapping): readonly number[] =>
  evaluate(workload, wafer, mapping).stages.map(({ memory_B }) => memory_B.activations)

describe('a stage with a helper', () => {
  const helped = sending([[0, 3]])

  it('has what it offloads on the helper instead: as many micro-batches as it holds itself', () => {
    const [before, after] = [activations(kept), activations(helped)]
    const inFlight = 4
    expect(before[0]! - after[0]!).toBeCloseTo(inFlight * scores_B, -2)
    expect(after[3]! - before[3]!).toBeCloseTo(inFlight * scores_B, -2)
    expect(after[1]).toBe(before[1])
  })

  it('pays the way there and back for each layer where nothing overlaps, at the pace of links and memory', () => {
    const away = evaluate(workload, wafer, helped)
    const { latency_s, perByte_s } = wafer.transfer([0, 0], [0, 6], kept.region)
    const layer_s = 2 * (latency_s + (scores_B / 8) * Math.max(perByte_s, 1 / wafer.engine.memoryBandwidth_Bps))
    const own_s = (evaluation: typeof away): number => evaluation.stages[0]!.time_s
    expect(own_s(away) - own_s(evaluate(workload, wafer, kept))).toBeCloseTo(8 * 8 * layer_s, 9)
    expect(away.energy_J.high).toBeGreaterThan(evaluate(workload, wafer, kept).energy_J.high)
  })

  it('needs no offload memory, and the memory that binds is the helper’s', () => {
    const tight = { ...wafer, capacity_B: Math.max(...activations(kept)) + 40 * GB }
    const { feasible, violations } = evaluate(workload, { ...tight, capacity_B: 1 * GB }, helped)
    expect(feasible).toBe(false)
    expect(violations.map(({ code }) => code)).not.toContain('offload-capacity')
    expect(evaluate(workload, tight, helped).feasible).toBe(true)
  })

  it('is written down and read back, has the same memory tensor by tensor, and runs at every level', () => {
    const again = Mapping.parse(JSON.parse(JSON.stringify(helped)))
    const evaluation = evaluate(workload, wafer, again)
    expect(evaluation).toEqual(evaluate(workload, wafer, helped))
    const { items, copies } = memoryContents(designOf(workload, wafer, helped))
    for (const { stage, memory_B } of evaluation.stages) {
      const own = items.filter((item) => item.stage === stage)
      const sum = own.reduce((total, item) => total + item.bytes * copiesOf(item, copies[stage]!), 0)
      expect(sum / memory_B.peak).toBeCloseTo(1, 12)
    }
    for (const level of ['fluid', 'event'] as const)
      expect(evaluateAt(level, workload, wafer, helped).memory_B).toEqual(evaluation.memory_B)
  })

  it('is refused where it is its own helper, has two, helps one that helps, or is no stage', () => {
    const evaluated =
      (...pairs: NonNullable<Mapping['helpers']>) =>
      () =>
        evaluate(workload, wafer, sending(pairs))
    expect(evaluated([0, 0])).toThrow(/its own helper/)
    expect(evaluated([0, 2], [0, 3])).toThrow(/two helpers/)
    expect(evaluated([0, 1], [1, 3])).toThrow(/has a helper itself/)
    expect(evaluated([0, 4])).toThrow(/stages 0 to 3/)
    const { helpers: _none, ...alone } = helped
    expect(() => evaluate(workload, wafer, alone)).toThrow(/name a helper/)
  })

  it('is what annealing finds where recomputing is dear and a later stage has room', () => {
    const fast = waferOf({ ...chip, execution: { overlap: 1 }, links: { bandwidthPerEdge_Bps: 1e13 } })
    const start = mappingOf(workload, fast, {
      tensorParallel: 2,
      pipelineParallel: 4,
      dataParallel: 1,
      recompute: 'selective'
    })
    const { memory_B } = evaluate(workload, fast, start)
    const tight = { ...fast, capacity_B: 1.02 * memory_B.peak }
    const found = polish(workload, tight, start, 1, 4000)
    expect(found.mapping.helpers).toBeDefined()
    expect(found.iterationTime_s).toBeLessThan(evaluate(workload, tight, start).iterationTime_s)
  })
})
