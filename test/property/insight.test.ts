import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MemoryBreakdown_B } from '../../src/core/simulator/evaluation.ts'
import { designOf } from '../../src/core/simulator/design.ts'
import { analyticStep } from '../../src/core/simulator/evaluate.ts'
import { UNEXPLAINED } from '../../src/core/simulator/event/critical-path.ts'
import { eventAt, TimelineBuilder } from '../../src/core/simulator/event/timeline-columns.ts'
import type { TimelineEvent } from '../../src/core/simulator/event/timeline.ts'
import { linkBytes, utilisation } from '../../src/core/simulator/insight/link-columns.ts'
import { copiesOf } from '../../src/core/simulator/insight/memory-columns.ts'
import type { OperatorColumns } from '../../src/core/simulator/insight/operator-columns.ts'
import { stepInsight, timelineInsight } from '../../src/core/simulator/insight/step-insight.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import { stepOf } from '../fixtures/exported-step.ts'
import { events } from '../unit/event-fixture.ts'
import { legalCases } from './arbitrary-mapping.ts'

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

/** Sum over a stage's rows, layers counted. */
const ofStage = (operators: OperatorColumns, values: Float64Array, stage: number): number =>
  sum(values.map((value, row) => (operators.stage[row] === stage ? operators.layers[row]! * value : 0)))

const close = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-12))

describe('a step taken apart', () => {
  it('sums to the stages it is made of, operator by operator', () => {
    fc.assert(
      fc.property(legalCases, (step) => {
        const { operators } = stepInsight(step, 'analytic')
        const design = designOf(step.workload, step.machine, step.mapping)
        const { stages } = analyticStep(design)
        for (const [name, column] of [
          ['forward_s', plan.FORWARD_S],
          ['backward_s', plan.BACKWARD_S],
          ['recompute_s', plan.RECOMPUTE_S],
          ['tensorCommunication_s', plan.TENSOR_COMMUNICATION_S],
          ['dataCommunication_s', plan.DATA_COMMUNICATION_S],
          ['optimizer_s', plan.OPTIMIZER_S],
          ['weights_B', plan.WEIGHTS_B],
          ['kept_B', plan.KEPT_B],
          ['linkTraffic_B', plan.LINK_TRAFFIC_B]
        ] as const)
          design.stages.forEach((_runs, stage) =>
            close(ofStage(operators, operators[name], stage), stages[stage * plan.PLAN_COLUMNS + column]!)
          )
      }),
      { numRuns: 60 }
    )
  })

  it('fills the whole step on every stage, and leaves the critical one idle for the bubble alone', () => {
    fc.assert(
      fc.property(legalCases, (step) => {
        const { operators, stages, evaluation } = stepInsight(step, 'analytic')
        const shared = stages.fillTransfers_s + stages.tiedSync_s + stages.overhead_s
        evaluation.stages.forEach((_stage, at) => {
          const perMicroBatch = sum(
            (
              [
                'forward_s',
                'backward_s',
                'recompute_s',
                'tensorCommunication_s',
                'dataCommunication_s',
                'offload_s'
              ] as const
            ).map((name) => ofStage(operators, operators[name], at))
          )
          const own = stages.transfers_s[at]! + stages.gradientSync_s[at]! + stages.optimizer_s[at]!
          const total = stages.microBatches * perMicroBatch + own + stages.idle_s[at]! + shared
          expect(Math.abs(total - evaluation.iterationTime_s)).toBeLessThanOrEqual(1e-9 * evaluation.iterationTime_s)
        })
        expect(Math.abs(stages.idle_s[stages.criticalStage]! - evaluation.time_s.bubble)).toBeLessThanOrEqual(
          1e-9 * evaluation.iterationTime_s
        )
      }),
      { numRuns: 60 }
    )
  })

  it('has in memory, tensor by tensor, what the evaluation says of every stage and category', () => {
    fc.assert(
      fc.property(legalCases, (step) => {
        const { memory, evaluation } = stepInsight(step, 'analytic')
        evaluation.stages.forEach(({ memory_B }, stage) => {
          for (const category of Object.keys(memory_B) as (keyof MemoryBreakdown_B)[]) {
            if (category === 'capacity') continue
            const items = memory.items.filter(
              (item) => item.stage === stage && (category === 'peak' || item.category === category)
            )
            close(sum(items.map((item) => item.bytes * copiesOf(item, memory.copies[stage]!))), memory_B[category])
          }
        })
      }),
      { numRuns: 60 }
    )
  })

  it('puts on every link, class by class, the bytes that its level counts', () => {
    fc.assert(
      fc.property(legalCases, (step) => {
        const { links, evaluation } = stepInsight(step, 'fluid')
        const hottest = Math.max(0, ...Array.from(links!.from, (_from, link) => utilisation(links!, link)))
        close(hottest, evaluation.hotLink?.utilisation ?? 0)
      }),
      { numRuns: 15 }
    )
  })
})

const schedules = [
  { name: '1f1b', strategy: { tensorParallel: 2, pipelineParallel: 4 } },
  { name: 'one stage', strategy: { tensorParallel: 4 } },
  { name: 'gpipe', strategy: { pipelineParallel: 4, schedule: 'gpipe' as const } },
  { name: 'interleaved', strategy: { pipelineParallel: 4, virtualStages: 2, schedule: 'interleaved' as const } },
  { name: 'zb-h1', strategy: { pipelineParallel: 4, schedule: 'zb-h1' as const } },
  { name: 'zb-v', strategy: { pipelineParallel: 4, schedule: 'zb-v' as const } },
  { name: 'replicas', strategy: { tensorParallel: 2, pipelineParallel: 2, dataParallel: 4, zeroStage: 1 as const } },
  { name: 'sharded weights', strategy: { pipelineParallel: 2, dataParallel: 4, zeroStage: 3 as const } }
]

describe.each(schedules)('a timeline of $name', ({ strategy }) => {
  for (const overlap of [0, 0.5, 1]) {
    const step = stepOf({ strategy, overlap })
    const { critical, time_s, timeline, memory, links, rates } = timelineInsight(step)

    it(`has a critical path that is as long as the step, of events that wait for each other (overlap ${overlap})`, () => {
      close(time_s, events(step).time_s)
      expect([...critical.event]).not.toContain(UNEXPLAINED)
      expect(critical.from_s[0]).toBe(0)
      expect(critical.to_s.at(-1)).toBe(time_s)
      critical.from_s.forEach((from_s, part) => {
        if (part > 0) expect(from_s).toBe(critical.to_s[part - 1])
        const event = critical.event[part]!
        if (event < 0) return
        expect(from_s).toBe(timeline.start_s[event])
        expect(critical.to_s[part]!).toBeLessThanOrEqual(timeline.end_s[event]!)
      })
    })

    it(`is as full at its fullest as the evaluation says, at most (overlap ${overlap})`, () => {
      const { evaluation } = stepInsight(step, 'analytic')
      for (const { stage, inUse_B, inFlight } of memory) {
        const { peak } = evaluation.stages[stage]!.memory_B
        const fullest = Math.max(...inUse_B)
        expect(fullest).toBeLessThanOrEqual(peak * (1 + 1e-12))
        // The closed form of the V counts a chunk for all stages alike, delayed gradients are counted apart from what is in flight.
        if (!strategy.schedule?.startsWith('zb') && strategy.schedule !== 'interleaved') close(fullest, peak)
        expect(inFlight.at(-1)).toBe(0)
      }
    })

    it(`spreads the bytes of every link over the step (overlap ${overlap})`, () => {
      links.from.forEach((_from, link) => {
        const carried = rates.interval_s * sum(rates.rates_Bps.subarray(link * rates.bins, (link + 1) * rates.bins))
        const expected = linkBytes(links, link)
        expect(Math.abs(carried - expected)).toBeLessThanOrEqual(1e-5 * Math.max(expected, 1))
      })
    })
  }
})

describe('a timeline in columns', () => {
  it('reads as it was written', () => {
    const told: TimelineEvent[] = []
    const builder = new TimelineBuilder()
    events(stepOf({ strategy: { tensorParallel: 2, pipelineParallel: 2 } }), {
      record: (event) => {
        told.push(event)
        builder.add(event)
      }
    })
    const columns = builder.columns()
    expect(told.map((_event, index) => eventAt(columns, index))).toEqual(told)
  })
})
