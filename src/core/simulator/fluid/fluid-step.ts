import type { AffineCost } from '../collective-cost.ts'
import { CostModel } from '../cost-model.ts'
import { fillStages, type Design } from '../design.ts'
import { transferBytesOf } from '../program/transfer-bytes.ts'
import type { StepFrame } from '../pipeline.ts'
import { PLAN_COLUMNS } from '../plan-cost.ts'
import type { TimeBreakdown_s } from '../evaluation.ts'
import { affine } from '../program/burst-cost.ts'
import { stepLinkBytes } from '../program/link-bytes.ts'
import type { RoutedCollectives } from '../program/routed-collectives.ts'
import { stagePrograms, type Call, type Offload, type StageProgram } from '../program/stage-program.ts'
import { executedStep } from './executed-step.ts'
import { withLinkFloor } from './link-floor.ts'
import { LinkDuty } from './link-duty.ts'
import { SharedSynchronisation } from './shared-synchronisation.ts'
import { forEachFlow } from '../program/step-flows.ts'
import { taskTime, type CallPrice, type TaskPrices } from './task-time.ts'
import { routedContext } from './routed-machine.ts'

/** Stage totals, frame and time of a step with its communication priced on shared links; memory is as it was. */
export interface FluidStep {
  readonly stages: Float64Array
  readonly frame: StepFrame
  /** What each stage's totals are made of. */
  readonly models: readonly CostModel[]
  readonly time_s: TimeBreakdown_s
  readonly linkBytes: Float64Array
}

/** Whether all stages look alike to their collectives, so that one of them speaks for all. */
const isUniform = ({ network, grid }: RoutedCollectives): boolean =>
  network.alive.every((alive) => alive === 1) && network.dies === grid.diesPerBlock && network.isWhole

/**
 * The step as it is executed, with its communication on routed paths: the collectives of all groups of a stage side by side, slowed by what
 * other stages and transfers put on the same links; every task as long as it takes by itself, in the order of the schedule; gradients and
 * weights of all stages as concurrent flows, begun when they can be. It lasts until its fullest link has carried all it must.
 */
export function fluidStep(design: Design, collectives: RoutedCollectives): FluidStep {
  const models = routedModels(design, collectives)
  const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
  fillStages({ ...design, stageModels: models }, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
  const programs = stagePrograms(design, stages)
  const duty = dutyOf(design, collectives, programs)
  const prices = programs.map((_program, stage): TaskPrices => ({
    call: priceOf((call) => duty.cost(String(stage), collectives.fastest(stage, call))),
    offload: offloadPrice((way) => duty.cost(offloadOwner(stage, way), collectives.stageOffload(stage, way)))
  }))
  const frame = fluidFrame(design, collectives, duty)
  const synchronisation = new SharedSynchronisation(collectives, programs)
  const linkBytes = stepLinkBytes(design, programs, collectives, transferBytesOf(design))
  const executed_s = executedStep(design, frame, stages, programs, prices, synchronisation)
  const time_s = withLinkFloor(executed_s, collectives.network, linkBytes)
  return { stages, frame, models, time_s, linkBytes }
}

/** How busy the traffic of micro-batches keeps the links while the slowest stage sets the pace. */
function dutyOf(design: Design, collectives: RoutedCollectives, programs: readonly StageProgram[]): LinkDuty {
  const { microBatches, overlap } = design.frame
  const pace_s = programs.reduce((slowest, { forward, backward }, stage) => {
    const prices: TaskPrices = {
      call: priceOf((call) => affine(collectives.fastest(stage, call).bursts)),
      offload: offloadPrice((way) => affine(collectives.stageOffload(stage, way).bursts))
    }
    const own_s = [...forward, ...backward].reduce(
      (sum, segments) => sum + taskTime(segments, prices, overlap).time_s,
      0
    )
    return Math.max(slowest, own_s)
  }, 0)
  const duty = new LinkDuty(collectives.network, microBatches * pace_s)
  forEachFlow(design, programs, collectives, transferBytesOf(design), (flow) => {
    const { traffic, stage, receiver, routed, payload_B } = flow
    if (traffic === 'region' || traffic === 'replicas') duty.add(String(stage), routed, payload_B)
    else if (traffic === 'offload') duty.add(offloadOwner(stage, flow.way!), routed, payload_B)
    else if (traffic === 'pipeline') duty.add(`${stage} to ${receiver}`, routed, payload_B)
  })
  return duty
}

/** Whose traffic tensors on their way to a helper, or back, are. */
const offloadOwner = (stage: number, way: Offload['way']): string => `${stage} offloads ${way}`

/** Seconds of tensors on their way, each way worked out once. */
function offloadPrice(costOf: (way: Offload['way']) => AffineCost): TaskPrices['offload'] {
  const known = new Map<Offload['way'], AffineCost>()
  return ({ way, bytes }) => {
    let cost = known.get(way)
    if (!cost) known.set(way, (cost = costOf(way)))
    return cost.latency_s + bytes * cost.perByte_s
  }
}

/** Seconds of a collective, worked out once for each. */
function priceOf(costOf: (call: Call) => AffineCost): CallPrice {
  const known = new Map<Call, number>()
  return (call) => {
    let time_s = known.get(call)
    if (time_s === undefined) {
      const { latency_s, perByte_s } = costOf(call)
      known.set(call, (time_s = latency_s + call.bytes * perByte_s))
    }
    return time_s
  }
}

/**
 * A cost model for each stage whose collectives are priced by their routes, at work by themselves: what closed forms say on a whole mesh, and
 * what stands in their place where something is broken.
 */
export function routedModels(design: Design, collectives: RoutedCollectives): readonly CostModel[] {
  const { stageModels } = design
  const uniform = !stageModels && isUniform(collectives)
  let model: CostModel | undefined
  return design.stages.map((_runs, stage) => {
    if (!model || !uniform || design.model.context.dataGroup.size > 1)
      model = new CostModel(routedContext(stageModels?.[stage] ?? design.model, collectives, stage))
    return model
  })
}

/** Transfers over the boundaries among all other traffic. */
function fluidFrame(design: Design, collectives: RoutedCollectives, duty: LinkDuty): StepFrame {
  const { frame } = design
  const last = design.stages.length - 1
  if (last === 0) return frame
  const bytesOf = transferBytesOf(design)
  const oneWay_s = (from: number, to: number): number => {
    const { latency_s, perByte_s } = duty.cost(`${from} to ${to}`, collectives.transfer(from, to))
    return latency_s + bytesOf(from, to) * perByte_s
  }
  const slower_s = (from: number, to: number): number => Math.max(oneWay_s(from, to), oneWay_s(to, from))
  return {
    ...frame,
    boundaries_s: Array.from({ length: last }, (_, stage) => slower_s(stage, stage + 1)),
    wrapAround_s: frame.wrapAround_s > 0 ? slower_s(last, 0) : 0
  }
}
