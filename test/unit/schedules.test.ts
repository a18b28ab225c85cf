import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import * as pipeline from '../../src/core/simulator/pipeline.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import { microBatchesInFlight } from '../../src/core/simulator/schedule.ts'
import type { Schedule } from '../../src/core/mapping/mapping.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

type StageTimes = { forward: number; input: number; weight: number; sync?: number }

/** Seconds of a step over synthetic stages, with transfers of `boundary` seconds and nothing else. */
function step_s(
  schedule: Schedule,
  microBatches: number,
  stages: readonly StageTimes[],
  extra: Partial<pipeline.StepFrame> = {}
): number {
  const costs = new Float64Array(stages.length * plan.PLAN_COLUMNS)
  for (const [stage, { forward, input, weight, sync }] of stages.entries()) {
    const at = stage * plan.PLAN_COLUMNS
    costs[at + plan.FORWARD_S] = forward
    costs[at + plan.BACKWARD_S] = input + weight
    costs[at + plan.WEIGHT_GRADIENT_S] = weight
    costs[at + plan.GRADIENT_SYNC_S] = sync ?? 0
  }
  const out = new Float64Array(pipeline.STEP_COLUMNS)
  const frame: pipeline.StepFrame = {
    schedule,
    microBatches,
    overlap: 0,
    gradientOverlap: 0,
    iterationOverhead_s: 0,
    boundaries_s: stages.slice(1).map(() => 0),
    wrapAround_s: 0,
    tiedSync_s: 0,
    tiedShard_B: 0,
    linkTraffic_B: 0,
    ...extra
  }
  pipeline.simulateStep(frame, costs, stages.length, out)
  return out[pipeline.TIME_S]!
}

const equal = (p: number): readonly StageTimes[] =>
  Array.from({ length: p }, () => ({ forward: 1, input: 1, weight: 1 }))

describe.each([
  [4, 8],
  [8, 16],
  [6, 6]
])('%i equal stages and %i micro-batches with F = B = W', (p, m) => {
  const bubble = (name: Schedule['name'], virtualStages = 1): number =>
    step_s({ name, virtualStages }, m, equal(p)) / (3 * m) - 1

  it('idle (p-1)/m of the ideal under GPipe and 1F1B', () => {
    expect(bubble('gpipe')).toBeCloseTo((p - 1) / m, 12)
    expect(bubble('1f1b')).toBeCloseTo((p - 1) / m, 12)
  })
  it('idle 1/v of that when interleaved', () => {
    for (const v of [2, 4]) expect(bubble('interleaved', v)).toBeCloseTo((p - 1) / (v * m), 12)
  })
  it('idle a third of that under ZB-H1', () => {
    expect(bubble('zb-h1')).toBeCloseTo((p - 1) / (3 * m), 12)
  })
})

describe('unequal stages', () => {
  const stages = [3, 5, 2, 4].map((time) => ({ forward: time, input: time, weight: time }))
  const oneF1B: Schedule = { name: '1f1b', virtualStages: 1 }

  it('take the sum of all for one micro-batch and the slowest for each other', () => {
    expect(step_s(oneF1B, 10, stages)).toBeCloseTo(3 * (14 + 9 * 5), 12)
  })

  it('fill F + B - W of each other stage under ZB-H1', () => {
    const uneven = [
      { forward: 2, input: 3, weight: 1 },
      { forward: 3, input: 3, weight: 2 }
    ]
    expect(step_s({ name: 'zb-h1', virtualStages: 1 }, 10, uneven)).toBeCloseTo(10 * 8 + (2 + 3 - 1), 12)
  })

  it('wait for the stage whose work and gradient exchange end last', () => {
    const tail = stages.map((stage, index) => ({ ...stage, sync: index === 0 ? 100 : 0 }))
    expect(step_s(oneF1B, 10, tail)).toBeCloseTo(3 * 14 + 9 * 9 + 100, 12)
  })

  it('pay each boundary once on the way in and once on the way out, and twice per micro-batch where nothing overlaps', () => {
    const boundaries_s = [0.1, 0.2, 0.3]
    const hidden = step_s(oneF1B, 10, stages, { boundaries_s, overlap: 1 })
    const open = step_s(oneF1B, 10, stages, { boundaries_s, overlap: 0 })
    expect(hidden - step_s(oneF1B, 10, stages)).toBeCloseTo(2 * 0.6, 12)
    expect(open - hidden).toBeCloseTo(10 * (0.1 + 0.2), 12)
  })

  it('send chunks from the last stage back to the first v - 1 times when interleaved', () => {
    const interleaved: Schedule = { name: 'interleaved', virtualStages: 4 }
    const boundaries_s = [0, 0, 0]
    const twice = (wrapAround_s: number) =>
      step_s(interleaved, 8, equal(4), { boundaries_s, wrapAround_s }) - step_s(interleaved, 8, equal(4))
    expect(twice(0.1)).toBeCloseTo(8 * 3 * 0.1, 12)
  })
})

describe('micro-batches in flight', () => {
  const inFlight = (name: Schedule['name'], virtualStages: number, stage: number, m: number): number =>
    microBatchesInFlight({ name, virtualStages }, stage, 8, m)

  it('are m under GPipe, min(m, p - i) under 1F1B, and those of its first stage on every stage under ZB-H1', () => {
    for (let stage = 0; stage < 8; stage++) {
      expect(inFlight('gpipe', 1, stage, 32)).toBe(32)
      expect(inFlight('1f1b', 1, stage, 32)).toBe(8 - stage)
      expect(inFlight('1f1b', 1, stage, 3)).toBe(Math.min(3, 8 - stage))
      expect(inFlight('zb-h1', 1, stage, 32)).toBe(inFlight('1f1b', 1, 0, 32))
    }
  })

  it('are p (1 + (p-1)/(p v)) at the first stage when interleaved, and fewer at each later one', () => {
    for (const v of [2, 4, 8]) {
      expect(inFlight('interleaved', v, 0, 32)).toBeCloseTo(8 * (1 + 7 / (8 * v)), 12)
      for (let stage = 1; stage < 8; stage++)
        expect(inFlight('interleaved', v, stage, 32)).toBeLessThan(inFlight('interleaved', v, stage - 1, 32))
    }
  })
})

describe('the schedules of a whole model', () => {
  const gpt = { name: 'gpt', layers: 16, hidden: 4096, heads: 32, vocabulary: 512 }
  const workload = workloadOf(gpt, { globalBatch: 32, sequenceLength: 2048 })
  const machine = waferOf({ links: { bandwidthPerEdge_Bps: 1e15, latency_s: 0 } })
  const idle = (schedule: Schedule['name'], virtualStages = 1): number => {
    const mapping = mappingOf(workload, machine, {
      pipelineParallel: 8,
      dataParallel: 1,
      schedule,
      virtualStages
    })
    const { time_s } = evaluate(workload, machine, mapping)
    return time_s.bubble / time_s.compute
  }

  it('idle as the closed forms say, within a percent, where embedding and head weigh little', () => {
    expect(idle('gpipe') / (7 / 32)).toBeCloseTo(1, 1.7)
    expect(idle('1f1b') / (7 / 32)).toBeCloseTo(1, 1.7)
    expect(idle('interleaved', 2) / (7 / 64)).toBeCloseTo(1, 1.7)
  })

  it('order as ZB-H1, interleaved, 1F1B', () => {
    expect(idle('zb-h1')).toBeLessThan(idle('1f1b'))
    expect(idle('interleaved', 2)).toBeLessThan(idle('1f1b'))
  })
})
