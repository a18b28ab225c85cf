import { ROLE_COUNT, roleCode, roleFacts, roleName, rolesOf } from '../mapping/axis-roles.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'
import { optionalTensors } from '../mapping/plan-code.ts'
import type { Projection } from '../optimization/label-set.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { OUTPUT_LAYOUT } from '../simulator/cost-row.ts'
import * as plan from '../simulator/plan-cost.ts'
import type { Operator, Step } from '../workload/operator.ts'
import { ChoiceColumns, withRoom, type StepChoices } from './choice-columns.ts'
import { work_s, type EnergyGoal } from './goal.ts'
import type { Recomputation } from './outer-genes.ts'

/** Costs that decide whether one plan of a layer can ever be preferred to another; all additive but the last. */
export const TIME_S = 0
export const KEPT_B = 1
export const STATE_B = 2
export const SYNC_S = 3
export const OPTIMIZER_S = 4
export const REMATERIALIZED_B = 5
/** Minus the weight-gradient seconds: more of them shorten a zero-bubble schedule's fill. */
export const MINUS_WEIGHT_GRADIENT_S = 6
export const BUFFER_B = 7
export const DIMENSIONS = 8
/** Work of a whole step, in seconds of idle power; there only under an energy goal. Additive. */
export const WORK_S = 8

/** Roles of a step and which of its tensors are made again. */
export interface StepChoice {
  readonly roles: number
  readonly mask: number
}

/** How the work of one layer on one die adds to the cost of a step. */
export interface WorkPrice {
  readonly goal: EnergyGoal
  /** Dies that do the same: those of the region, times replicas. */
  readonly dies: number
  readonly microBatches: number
  /** How often a layer's time per micro-batch counts in the step's, about: m micro-batches and the pipeline's fill. */
  readonly timeWeight: number
  /** A bound leaves out what another ZeRO level or placement may avoid: what comes once per step, and maybe the links. */
  readonly leavesOut?: 'once' | 'once and links'
}

/** What the choices of a step are asked for. */
export interface StepRequest {
  readonly model: CostModel
  readonly layerClass: number
  readonly residual: number
  readonly space: Pick<MappingSpace, 'roles' | 'streamed'>
  readonly recompute: StepRecomputation
  /** Prices the work of a layer in a whole step: undefined where time alone counts. */
  readonly price?: WorkPrice | undefined
  /** Micro-batches whose logits are alive at once; 1 unless all forward passes come first. */
  readonly logitsHeld?: number
  /** Leaves role codes out of the step that has them. */
  readonly allows?: (roles: number) => boolean
}

/** Role options already worked out: they depend on nothing that changes during a search. */
const optionsOf = new WeakMap<CostModel, Map<Operator, readonly number[]>>()

/** Role codes of an operator that a search considers. */
export function roleOptions(
  model: CostModel,
  operator: Operator,
  space: Pick<MappingSpace, 'roles' | 'streamed'>
): readonly number[] {
  let known = optionsOf.get(model)
  if (!known) optionsOf.set(model, (known = new Map()))
  let options = known.get(operator)
  if (!options) known.set(operator, (options = findRoleOptions(model, operator, space)))
  return options
}

/** Role codes an operator may have on all axes of the region, within the space; repeating work only where no cut divides. */
function findRoleOptions(
  model: CostModel,
  operator: Operator,
  space: Pick<MappingSpace, 'roles' | 'streamed'>
): readonly number[] {
  const named = space.roles?.[operator.name]
  const digits = rolesOf(operator).filter(
    (digit) => (!named || named.includes(roleName(digit))) && (space.streamed || !roleFacts[digit]!.streamed)
  )
  const replicated = roleCode(operator, 'replicated')
  const product = (allowed: readonly number[]): readonly number[] =>
    model.axes.reduce<readonly number[]>(
      (codes, _axis, position) =>
        codes.flatMap((code) => allowed.map((digit) => code + digit * ROLE_COUNT ** position)),
      [0]
    )
  const divides = (code: number): boolean => model.layouts.cuts(operator, code) !== undefined
  if (named) return product(digits).filter(divides)
  const cutting = product(digits.filter((digit) => digit !== replicated)).filter(divides)
  return cutting.length > 0 ? cutting : product(digits).filter(divides)
}

/** What each step of a layer may recompute for itself. */
export type StepRecomputation = Exclude<Recomputation, 'layer'>

/** Ways to recompute that hold for all steps of one layer of a class: `layer` is none or all of it. */
export function layerRecomputations(recompute: Recomputation, isLayer: boolean): readonly StepRecomputation[] {
  if (recompute !== 'layer') return [recompute]
  return isLayer ? ['none', 'full'] : ['none']
}

/**
 * Which sets of a step's stored tensors may be recomputed. Tensors of one unit go together: running it again makes all of them, and
 * dropping a tensor never needs more memory than keeping it for several layers and micro-batches.
 */
export function recomputeMasks(step: Step, recompute: StepRecomputation, isLayer: boolean): readonly number[] {
  const tensors = optionalTensors(step)
  const all = (1 << tensors.length) - 1
  if (recompute === 'none' || tensors.length === 0 || !isLayer) return [0]
  const units = [...new Set(tensors.map((tensor) => tensor.unit!))]
  if (recompute === 'full') return [all]
  return Array.from({ length: 2 ** units.length }, (_, chosen) =>
    tensors.reduce((mask, tensor, bit) => mask | (chosen & (1 << units.indexOf(tensor.unit!)) ? 1 << bit : 0), 0)
  )
}

const scratch = new Float64Array(plan.PLAN_COLUMNS)

/** Seconds of idle power that the work of a layer (or a step of one) in `costs` of a plan takes in a whole step. */
function workOf_s({ goal, dies, microBatches, leavesOut }: WorkPrice, costs: Float64Array): number {
  const links = leavesOut === 'once and links' ? 0 : microBatches * costs[plan.LINK_TRAFFIC_B]!
  return work_s(goal, {
    matrixFlops: dies * microBatches * costs[plan.MATRIX_FLOPS]!,
    memoryTraffic_B:
      dies * (microBatches * costs[plan.MEMORY_TRAFFIC_B]! + (leavesOut ? 0 : costs[plan.OPTIMIZER_TRAFFIC_B]!)),
    linkTraffic_B: dies * (links + (leavesOut ? 0 : costs[plan.SYNC_TRAFFIC_B]!))
  })
}

function stepCosts(
  model: CostModel,
  step: Step,
  offset: number,
  mask: number,
  logitsHeld: number,
  price: WorkPrice | undefined,
  into: Float64Array
): void {
  scratch.fill(0)
  plan.addStep(model.rows, offset, step, mask, scratch, 0)
  if (price) into[WORK_S] = workOf_s(price, scratch)
  into[TIME_S] = plan.microBatch_s(scratch, 0)
  into[KEPT_B] = scratch[plan.KEPT_B]!
  into[STATE_B] = scratch[plan.WEIGHTS_B]! + scratch[plan.GRADIENTS_B]! + scratch[plan.OPTIMIZER_B]!
  // Logits do not grow with the micro-batches in flight, so they count with the state.
  into[STATE_B] += logitsHeld * scratch[plan.LOGITS_B]!
  into[SYNC_S] = scratch[plan.GRADIENT_SYNC_S]!
  into[OPTIMIZER_S] = scratch[plan.OPTIMIZER_S]!
  into[REMATERIALIZED_B] = scratch[plan.REMATERIALIZED_B]!
  into[MINUS_WEIGHT_GRADIENT_S] = -scratch[plan.WEIGHT_GRADIENT_S]!
  into[BUFFER_B] = scratch[plan.BUFFER_B]!
}

const columns = new ChoiceColumns(DIMENSIONS + 1)
const tried = new Float64Array(DIMENSIONS + 1)
let projected: Float64Array = new Float64Array(16)

/**
 * The choices of one step from one source layout that no other choice with the same output layout beats.
 * @returns columns that the next call fills anew
 */
export function stepChoices(
  request: StepRequest,
  { size, project }: Projection,
  index: number,
  source: number
): StepChoices {
  const { model, layerClass, residual, space, recompute } = request
  const layer = model.context.workload.classes[layerClass]!
  const step = layer.steps[index]!
  const masks = recomputeMasks(step, recompute, layer.hasAttention)
  projected = withRoom(projected, size)
  columns.clear()
  for (const roles of roleOptions(model, step.main, space)) {
    if (request.allows && !request.allows(roles)) continue
    const offset = model.offset(layerClass, index, source, roles, residual)
    if (offset < 0) continue
    const layout = model.rows[offset + OUTPUT_LAYOUT]!
    for (const mask of masks) {
      stepCosts(model, step, offset, mask, request.logitsHeld ?? 1, request.price, tried)
      project(tried, projected)
      columns.add(layout, roles, mask, tried, projected, size)
    }
  }
  columns.tidy(size)
  return columns
}
