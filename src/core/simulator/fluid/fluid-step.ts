import { CostModel } from '../cost-model.ts'
import { fillStages, type Design } from '../design.ts'
import { transferBytesOf } from '../program/transfer-bytes.ts'
import type { StepFrame } from '../pipeline.ts'
import { GRADIENT_SYNC_S, PLAN_COLUMNS } from '../plan-cost.ts'
import type { RoutedCollectives } from '../program/routed-collectives.ts'
import { stagePrograms, type StageProgram } from '../program/stage-program.ts'
import { concurrent_s, type Sequence } from './concurrent.ts'
import { routedContext } from './routed-machine.ts'

/** Stage totals and frame of a step with its communication priced on shared links; memory is as it was. */
export interface FluidStep {
  readonly stages: Float64Array
  readonly frame: StepFrame
  readonly programs: readonly StageProgram[]
  /** What each stage's totals are made of. */
  readonly models: readonly CostModel[]
}

/** Whether all stages look alike to their collectives, so that one of them speaks for all. */
const isUniform = ({ network, grid }: RoutedCollectives): boolean =>
  network.alive.every((alive) => alive === 1) && network.dies === grid.diesPerBlock && network.isWhole

/**
 * The step with every phase's transfers as concurrent flows on routed paths, links shared max-min fairly: the collectives of all groups of a
 * stage side by side; the activations and gradients that all stages of all replicas pass on at once; the gradient
 * synchronisation of all stages at once. Phases do not disturb each other; that is the event level's business.
 */
export function fluidStep(design: Design, collectives: RoutedCollectives): FluidStep {
  const models = routedModels(design, collectives)
  const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
  fillStages({ ...design, stageModels: models }, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
  const programs = stagePrograms(design, stages)
  const { network } = collectives
  const synchronised = concurrent_s(
    network,
    programs.map(({ synchronisation }, stage): Sequence =>
      synchronisation.map((call) => ({ routed: collectives.fastest(stage, call), bytes: call.bytes }))
    )
  )
  synchronised.forEach((time_s, stage) => (stages[stage * PLAN_COLUMNS + GRADIENT_SYNC_S] = time_s))
  return { stages, frame: fluidFrame(design, collectives), programs, models }
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

/** Transfers over all boundaries, both ways, at once. */
function fluidFrame(design: Design, collectives: RoutedCollectives): StepFrame {
  const { frame } = design
  const last = design.stages.length - 1
  if (last === 0) return frame
  const bytesOf = transferBytesOf(design)
  const pairs = Array.from({ length: last }, (_, stage) => [stage, stage + 1] as const)
  const wraps = frame.wrapAround_s > 0 ? [[last, 0] as const] : []
  const directed = [...pairs, ...wraps].flatMap(([from, to]) => [[from, to] as const, [to, from] as const])
  const times = concurrent_s(
    collectives.network,
    directed.map(([from, to]) => [{ routed: collectives.transfer(from, to), bytes: bytesOf(from, to) }])
  )
  const slower = (pair: number): number => Math.max(times[2 * pair]!, times[2 * pair + 1]!)
  return {
    ...frame,
    boundaries_s: pairs.map((_pair, index) => slower(index)),
    wrapAround_s: wraps.length > 0 ? slower(last) : 0
  }
}
