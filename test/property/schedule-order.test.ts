import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunksOf } from '../../src/core/mapping/schedule-fit.ts'
import type { Schedule } from '../../src/core/mapping/mapping.ts'
import { fill_s, microBatchesInFlight, splitsBackward } from '../../src/core/simulator/schedule.ts'
import { execute, holdingsOf, makespan, type StageTimes } from '../../src/core/simulator/schedule-execution.ts'
import { dependsOn, orderOf, tasksOf, type PlacedTask } from '../../src/core/simulator/schedule-order.ts'

const anySchedule = fc.oneof(
  fc.constantFrom('gpipe' as const, '1f1b' as const, 'zb-h1' as const, 'zb-v' as const).map((name) => ({
    name,
    virtualStages: 1
  })),
  fc.integer({ min: 2, max: 4 }).map((virtualStages) => ({ name: 'interleaved' as const, virtualStages }))
)

/** A schedule with a pipeline it has an order for. */
const anyPipeline = fc
  .tuple(anySchedule, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 24 }))
  .map(([schedule, stages, count]) => ({
    schedule: schedule satisfies Schedule,
    stages,
    microBatches: schedule.name === 'interleaved' ? stages * Math.ceil(count / 6) : count
  }))

const seconds = (least: number, most: number) => fc.double({ min: least, max: most, noNaN: true })

const timesOf = (stages: number) =>
  fc
    .tuple(
      ...[0, 1, 2].map(() => fc.array(seconds(0.1, 3), { minLength: stages, maxLength: stages })),
      fc.array(seconds(0, 1), { minLength: stages, maxLength: stages })
    )
    .map(([forward, input, weight, boundaries]): StageTimes => ({
      forward_s: forward!,
      inputGradient_s: input!,
      weightGradient_s: weight!,
      boundaries_s: boundaries!.slice(1),
      wrapAround_s: boundaries![0]!
    }))

const keyOf = ({ stage, task }: PlacedTask): string => `${stage} ${task.kind} ${task.chunk} ${task.microBatch}`

describe('the order of any schedule', () => {
  it('has every task of every chunk and micro-batch once', () => {
    fc.assert(
      fc.property(anyPipeline, ({ schedule, stages, microBatches }) => {
        const kinds = splitsBackward(schedule)
          ? ['forward', 'input-gradient', 'weight-gradient']
          : ['forward', 'backward']
        for (const tasks of tasksOf(schedule, stages, microBatches)) {
          const seen = new Set(tasks.map((task) => keyOf({ stage: 0, task })))
          expect(seen.size).toBe(tasks.length)
          expect(tasks.length).toBe(kinds.length * chunksOf(schedule) * microBatches)
          for (const { kind, chunk, microBatch } of tasks) {
            expect(kinds).toContain(kind)
            expect(chunk).toBeLessThan(chunksOf(schedule))
            expect(microBatch).toBeLessThan(microBatches)
          }
        }
      })
    )
  })

  it('ends, with every task after what it depends on and no two tasks of a stage at once', () => {
    const cases = anyPipeline.chain((pipeline) => timesOf(pipeline.stages).map((times) => ({ ...pipeline, times })))
    fc.assert(
      fc.property(cases, ({ schedule, stages, microBatches, times }) => {
        const order = orderOf(schedule, stages, microBatches)
        const { start_s, end_s, makespan_s } = execute(order, times)
        const ends = new Map<string, number>()
        const tasks = tasksOf(schedule, stages, microBatches)
        for (const [stage, list] of tasks.entries())
          for (const [index, task] of list.entries()) ends.set(keyOf({ stage, task }), end_s[stage]![index]!)
        for (const [stage, list] of tasks.entries())
          for (const [index, task] of list.entries()) {
            const start = start_s[stage]![index]!
            if (index > 0) expect(start).toBeGreaterThanOrEqual(end_s[stage]![index - 1]!)
            const needed = dependsOn(order, stage, task)
            const arrival = needed ? ends.get(keyOf(needed))! : 0
            expect(start).toBeGreaterThanOrEqual(arrival)
            // As soon as possible: where no transfer is on the way, a task starts when its stage or what it needs is done.
            if (needed?.stage === stage)
              expect(start).toBe(Math.max(arrival, index > 0 ? end_s[stage]![index - 1]! : 0))
          }
        expect(makespan_s).toBe(Math.max(...ends.values()))
      }),
      { numRuns: 60 }
    )
  })

  it('holds no more micro-batches than the simulator charges', () => {
    fc.assert(
      fc.property(anyPipeline, ({ schedule, stages, microBatches }) => {
        for (const [stage, { inFlight }] of holdingsOf(orderOf(schedule, stages, microBatches)).entries())
          expect(inFlight).toBeLessThanOrEqual(microBatchesInFlight(schedule, stage, stages, microBatches) + 1e-9)
      })
    )
  })
})

describe('the recurrence T = sum of fills + max (m t - fill) of unequal stages', () => {
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
  const pass = (values: readonly number[], m: number): number => sumOf(values) + (m - 1) * Math.max(...values)
  const pipelines = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 14 }))
  const stageSeconds = (stages: number) => fc.array(seconds(0.1, 3), { minLength: stages, maxLength: stages })
  const none = (stages: number): number[] => Array<number>(stages).fill(0)

  it('is at least what 1F1B takes where backward passes are in one proportion to forward passes, by at most the stages behind the slowest', () => {
    const cases = pipelines.chain(([p, m]) => fc.tuple(fc.constant(m), stageSeconds(p), seconds(0.5, 3)))
    fc.assert(
      fc.property(cases, ([m, forward_s, ratio]) => {
        const p = forward_s.length
        const t = forward_s.map((time) => (1 + ratio) * time)
        const input = forward_s.map((time) => ratio * time)
        const order = orderOf({ name: '1f1b', virtualStages: 1 }, p, m)
        const real = makespan(order, { forward_s, inputGradient_s: input, weightGradient_s: none(p) })
        const slowest = t.indexOf(Math.max(...t))
        expect(real).toBeLessThanOrEqual(pass(t, m) * (1 + 1e-12))
        expect(pass(t, m) - real).toBeLessThanOrEqual(sumOf(t.slice(slowest + 1)) + 1e-9)
      }),
      { numRuns: 300 }
    )
  })

  it('is exactly what 1F1B takes where the last stage is the slowest one', () => {
    const cases = pipelines.chain(([p, m]) => fc.tuple(fc.constant(m), stageSeconds(p), seconds(0.5, 3)))
    fc.assert(
      fc.property(cases, ([m, some, ratio]) => {
        const forward_s = [...some, 3]
        const p = forward_s.length
        const input = forward_s.map((time) => ratio * time)
        const order = orderOf({ name: '1f1b', virtualStages: 1 }, p, m)
        const real = makespan(order, { forward_s, inputGradient_s: input, weightGradient_s: none(p) })
        const t = forward_s.map((time) => (1 + ratio) * time)
        expect(real / pass(t, m)).toBeCloseTo(1, 12)
      })
    )
  })

  it('can be too short for 1F1B where they are not', () => {
    const times = { forward_s: [6, 1, 1], inputGradient_s: [1, 6, 1], weightGradient_s: none(3) }
    expect(makespan(orderOf({ name: '1f1b', virtualStages: 1 }, 3, 3), times)).toBe(33)
    expect(pass([7, 7, 2], 3)).toBe(30)
  })

  it('lies, as 1F1B does, between what no order can beat and what GPipe takes, whatever the stages', () => {
    const cases = pipelines.chain(([p, m]) => fc.tuple(fc.constant(m), stageSeconds(p), stageSeconds(p)))
    fc.assert(
      fc.property(cases, ([m, forward_s, backward]) => {
        const p = forward_s.length
        const t = forward_s.map((time, stage) => time + backward[stage]!)
        const least = Math.max(...t.map((time, stage) => sumOf(t.slice(0, stage)) + m * time))
        const order = orderOf({ name: '1f1b', virtualStages: 1 }, p, m)
        const real = makespan(order, { forward_s, inputGradient_s: backward, weightGradient_s: none(p) })
        expect(real).toBeGreaterThanOrEqual(least * (1 - 1e-12))
        expect(real).toBeLessThanOrEqual((pass(forward_s, m) + pass(backward, m)) * (1 + 1e-12))
        expect(pass(t, m)).toBeGreaterThanOrEqual(least * (1 - 1e-12))
        expect(pass(t, m)).toBeLessThanOrEqual((pass(forward_s, m) + pass(backward, m)) * (1 + 1e-12))
      }),
      { numRuns: 300 }
    )
  })

  it('is at most what GPipe takes, whose passes each wait for their own slowest stage, and exact in one proportion', () => {
    const cases = pipelines.chain(([p, m]) => fc.tuple(fc.constant(m), stageSeconds(p), stageSeconds(p)))
    fc.assert(
      fc.property(cases, ([m, forward_s, backward]) => {
        const p = forward_s.length
        const order = orderOf({ name: 'gpipe', virtualStages: 1 }, p, m)
        const real = makespan(order, { forward_s, inputGradient_s: backward, weightGradient_s: none(p) })
        expect(real / (pass(forward_s, m) + pass(backward, m))).toBeCloseTo(1, 12)
        const both = forward_s.map((time, stage) => time + backward[stage]!)
        expect(pass(both, m)).toBeLessThanOrEqual(real * (1 + 1e-12))
      })
    )
  })

  it('is at least the longest-running stage of ZB-V of equal stages where B >= F >= W, and exact where F = W', () => {
    const cases = fc.tuple(fc.integer({ min: 2, max: 7 }), fc.nat(20), seconds(0.1, 2), seconds(0, 1), seconds(0, 2))
    fc.assert(
      fc.property(cases, ([p, more, weight, moreForward, moreInput]) => {
        const m = 2 * p - 1 + more
        const order = orderOf({ name: 'zb-v', virtualStages: 1 }, p, m)
        const spanOf = (forward: number): { t: number; span_s: number; makespan_s: number } => ({
          t: forward + (forward + moreInput) + weight,
          ...execute(order, {
            forward_s: Array<number>(p).fill(forward),
            inputGradient_s: Array<number>(p).fill(forward + moreInput),
            weightGradient_s: Array<number>(p).fill(weight)
          })
        })
        const fill = (t: number): number => (p - 1) * fill_s({ name: 'zb-v', virtualStages: 1 }, t, weight)
        const balanced = spanOf(weight)
        expect(balanced.span_s).toBeCloseTo(m * balanced.t + fill(balanced.t), 8)
        const general = spanOf(weight + moreForward)
        expect(general.span_s).toBeLessThanOrEqual(m * general.t + fill(general.t) + 1e-9)
        // The closed forms: B - W per hop for one stage, for all of them at least the half of B by which the last one starts later.
        const input = weight + moreForward + moreInput
        expect(general.span_s).toBeCloseTo(m * general.t + (p - 1) * (input - weight), 8)
        expect(general.makespan_s).toBeCloseTo(m * general.t + (p - 1) * Math.max(input / 2, input - weight), 8)
      })
    )
  })
})
