import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { taskKinds, taskOf, type Task } from '../../src/core/simulator/schedule-tasks.ts'
import { makespan } from '../../src/core/simulator/schedule-execution.ts'
import { dependsOn, orderOf, type ScheduleOrder } from '../../src/core/simulator/schedule-order.ts'
import { stepBound } from '../../src/core/simulator/bounds.ts'
import { transferBytesOf } from '../../src/core/simulator/program/transfer-bytes.ts'
import type { Resolution } from '../../src/core/simulator/event/cast.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import { stepLinkBytes } from '../../src/core/simulator/program/link-bytes.ts'
import { RoutedCollectives } from '../../src/core/simulator/program/routed-collectives.ts'
import { stagePrograms, type Segment, type StageProgram } from '../../src/core/simulator/program/stage-program.ts'
import { events, freeLinks, type Prepared } from '../unit/event-fixture.ts'
import { strategySteps } from './arbitrary-strategy.ts'

const resolutions: readonly Resolution[] = ['stage', 'region', 'die']
const closeTo = (got: number, wanted: number, share = 1e-9): void =>
  expect(Math.abs(got - wanted), `${got} for ${wanted}`).toBeLessThanOrEqual(share * Math.abs(wanted))
const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((most, one) => Math.max(most, one), 0)

const compute_s = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { blocks, times }) => sum + times * blocks.reduce((all, one) => all + one.compute_s, 0), 0)

/** Seconds of the longest way through the tasks of an order, by recursion over what each must wait for; chunks may differ. */
function longestWay_s(order: ScheduleOrder, seconds: (stage: number, task: Task) => number): number {
  const ends = new Map<string, number>()
  const places = order.tasks.map((tasks) => new Map(Array.from(tasks, (packed, index) => [packed, index])))
  const packed = ({ kind, microBatch, chunk }: Task): number =>
    (microBatch * order.chunks + chunk) * taskKinds.length + taskKinds.indexOf(kind)
  const end_s = (stage: number, at: number): number => {
    if (at < 0) return 0
    const known = ends.get(`${stage} ${at}`)
    if (known !== undefined) return known
    const task = taskOf(order, order.tasks[stage]![at]!)
    const needed = dependsOn(order, stage, task)
    const ready = needed ? end_s(needed.stage, places[needed.stage]!.get(packed(needed.task))!) : 0
    const end = Math.max(end_s(stage, at - 1), ready) + seconds(stage, task)
    ends.set(`${stage} ${at}`, end)
    return end
  }
  return Math.max(...order.tasks.map((tasks, stage) => end_s(stage, tasks.length - 1)))
}

const tasksOfKind = (program: StageProgram) => ({
  forward: program.forward,
  backward: program.backward,
  'input-gradient': program.inputGradient,
  'weight-gradient': program.weightGradient
})

const linkBytesOf = ({ design, mapping, machine, network, stages }: Prepared): Float64Array =>
  stepLinkBytes(
    design,
    stagePrograms(design, stages),
    new RoutedCollectives(network, machine, design.model.axes, mapping),
    transferBytesOf(design)
  )

describe('a step, event by event', () => {
  it('takes as long and sends as much with layers and micro-batches folded as without', () => {
    let microBatches = 0
    let layers = 0
    fc.assert(
      fc.property(strategySteps(), fc.constantFrom(...resolutions), (step, resolution) => {
        const short = events(step, { resolution })
        const whole = events(step, { resolution, unfolded: true })
        microBatches += short.foldedMicroBatches
        layers += short.foldedLayers
        expect(whole.foldedMicroBatches + whole.foldedLayers).toBe(0)
        // To the last bit, also where a rounding error would grow until transfers meet in another order.
        expect(short.time_s).toBe(whole.time_s)
        for (const [name, part] of Object.entries(whole.breakdown_s))
          expect(
            Math.abs(short.breakdown_s[name as 'compute'] - part),
            `${name} ${short.breakdown_s[name as 'compute']} for ${part}`
          ).toBeLessThanOrEqual(1e-9 * whole.time_s)
        const most = largest(whole.linkBytes)
        short.linkBytes.forEach((bytes, link) =>
          expect(Math.abs(bytes - whole.linkBytes[link]!)).toBeLessThanOrEqual(1e-9 * most)
        )
      }),
      { numRuns: 60 }
    )
    expect(microBatches).toBeGreaterThan(0)
    expect(layers).toBeGreaterThan(0)
  })

  it('puts on every link what its collectives and transfers do, at any resolution', () => {
    fc.assert(
      fc.property(strategySteps(), fc.constantFrom(...resolutions), (step, resolution) => {
        const wanted = linkBytesOf(step)
        const { linkBytes } = events(step, { resolution })
        linkBytes.forEach((bytes, link) =>
          expect(Math.abs(bytes - wanted[link]!)).toBeLessThanOrEqual(1e-9 * largest(wanted))
        )
      }),
      { numRuns: 40 }
    )
  })

  it('is made of its parts, with the compute of the analytic level, and beats no bound', () => {
    fc.assert(
      fc.property(strategySteps(), fc.constantFrom(...resolutions), (step, resolution) => {
        const { time_s, breakdown_s, linkBytes, criticalStage } = events(step, { resolution })
        closeTo(
          Object.values(breakdown_s).reduce((sum, part) => sum + part, 0),
          time_s,
          1e-12
        )
        for (const part of Object.values(breakdown_s)) expect(part).toBeGreaterThanOrEqual(-1e-12 * time_s)
        const column = (at: number): number => step.stages[criticalStage * plan.PLAN_COLUMNS + at]!
        const { microBatches } = step.design.frame
        // But for half a tick of each piece of work.
        const isMadeOf = (part_s: number, wanted_s: number): void =>
          expect(Math.abs(part_s - wanted_s), `${part_s} for ${wanted_s}`).toBeLessThanOrEqual(1e-10 * time_s)
        isMadeOf(breakdown_s.compute, microBatches * (column(plan.FORWARD_S) + column(plan.BACKWARD_S)))
        isMadeOf(breakdown_s.recompute, microBatches * column(plan.RECOMPUTE_S))
        isMadeOf(breakdown_s.optimizer, column(plan.OPTIMIZER_S))
        expect(time_s).toBeGreaterThanOrEqual(
          stepBound(step.design.model.context.workload, step.machine).iterationTime_s * (1 - 1e-12)
        )
        const fullest_s = largest(linkBytes.map((bytes, link) => bytes / step.network.bandwidth_Bps[link]!))
        expect(time_s).toBeGreaterThanOrEqual(fullest_s * (1 - 1e-9))
      }),
      { numRuns: 60 }
    )
  })

  it('takes, where communication is free, the longest way through the tasks of its schedule', () => {
    fc.assert(
      fc.property(strategySteps(freeLinks), fc.constantFrom(...resolutions), (step, resolution) => {
        const { design, stages } = step
        const { frame } = design
        const programs = stagePrograms(design, stages)
        const order = orderOf(frame.schedule, programs.length, frame.microBatches)
        const column = (at: number): number[] => programs.map((_one, stage) => stages[stage * plan.PLAN_COLUMNS + at]!)
        // The step ends with the optimiser of the stage that is last: exact where it is known which, so it is made free.
        const free = stages.slice()
        programs.forEach((_one, stage) => (free[stage * plan.PLAN_COLUMNS + plan.OPTIMIZER_S] = 0))
        const { time_s } = events({ ...step, stages: free }, { resolution })
        const wanted_s = longestWay_s(order, (stage, { kind, chunk }) =>
          compute_s(tasksOfKind(programs[stage]!)[kind][chunk]!)
        )
        closeTo(time_s, wanted_s + frame.iterationOverhead_s)
        const again = column(plan.RECOMPUTE_S)
        const [forward_s, backward_s, weightGradient_s] = [
          column(plan.FORWARD_S),
          column(plan.BACKWARD_S),
          column(plan.WEIGHT_GRADIENT_S)
        ]
        if (order.chunks > 1) return
        const inputGradient_s = backward_s.map((both, stage) => both - weightGradient_s[stage]! + again[stage]!)
        closeTo(time_s, makespan(order, { forward_s, inputGradient_s, weightGradient_s }) + frame.iterationOverhead_s)
      }),
      { numRuns: 80 }
    )
  })

  it('says nearly what every die does when the dies of a region, or of a stage, act as one', () => {
    const steps = fc.sample(strategySteps(), { numRuns: 80, seed: 5 })
    const whole = steps.map((step) => events(step, { resolution: 'die' }).time_s)
    for (const [resolution, worst, mean] of [
      ['region', 0.001, 0.00002],
      ['stage', 0.02, 0.001]
    ] as const) {
      const errors = steps.map((step, index) => Math.abs(events(step, { resolution }).time_s / whole[index]! - 1))
      expect(largest(errors)).toBeLessThan(worst)
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(mean)
    }
  })

  it('says the same when asked twice', () => {
    fc.assert(
      fc.property(strategySteps(), fc.constantFrom(...resolutions), (step, resolution) => {
        const options = { resolution, jitter: { seed: 7, variation: 0.1, stragglers: 0.2, slowdown: 1.5 } }
        expect(events(step, options)).toEqual(events(step, options))
        expect(events(step, { resolution })).toEqual(events(step, { resolution }))
      }),
      { numRuns: 15 }
    )
  })
})
