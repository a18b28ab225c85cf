import { LAYOUT_COUNT, ROLE_COUNT, roleCode, roleFacts, roleName, rolesOf } from '../mapping/axis-roles.ts'
import { optionalTensors, type PlanCode } from '../mapping/plan-code.ts'
import { dominates, paretoFront } from '../optimization/pareto.ts'
import { LabelSet, type Label, type Projection, type Scalarization } from '../optimization/label-set.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { OUTPUT_LAYOUT } from '../simulator/cost-row.ts'
import * as plan from '../simulator/plan-cost.ts'
import type { Operator, Step } from '../workload/operator.ts'
import { work_s, type EnergyGoal } from './goal.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'
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
const DIMENSIONS = 8
/** Work of a whole step, in seconds of idle power; there only under an energy goal. Additive. */
export const WORK_S = 8

/** One plan of a layer class with its deciding costs. */
export interface LayerLabel {
  readonly plan: PlanCode
  readonly costs: Float64Array
}

interface StepChoice {
  readonly roles: number
  readonly mask: number
}

interface StepVector extends StepChoice {
  readonly costs: Float64Array
  /** Of the {@link Projection} of the search. */
  readonly coordinates: Float64Array
  readonly layout: number
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

/** What a frontier search is asked for. */
export interface FrontierRequest {
  readonly model: CostModel
  readonly layerClass: number
  readonly residual: number
  readonly space: Pick<MappingSpace, 'roles' | 'streamed'>
  readonly recompute: Recomputation
  /** Largest number of plans kept per state; Infinity for an exact frontier. */
  readonly limit: number
  /**
   * Only one plan is wanted, the one with least time, least fill (time minus twice the weight gradients), least work, or least time
   * where every byte that is kept costs so many seconds: a bound on what any plan can have. It is told as TIME_S.
   */
  readonly only?: 'time' | 'fill' | 'work' | { readonly keptPrice_sPerB: number }
  /** Prices the work of a layer in a whole step: undefined where time alone counts. */
  readonly price?: WorkPrice | undefined
  /** Micro-batches whose logits are alive at once; 1 unless all forward passes come first. */
  readonly logitsHeld?: number
  /** Whether the schedule splits backward passes: then weight gradients shorten the fill, and what is made again waits for them. */
  readonly splits?: boolean
  /** What decides where the stage is known; as the schedule's kind alone lets it, where not. */
  readonly projection?: Projection
  /** Leaves role codes out of the step that has them. */
  readonly allows?: (roles: number) => boolean
}

type StepRequest = FrontierRequest & { readonly recompute: StepRecomputation }

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
type StepRecomputation = Exclude<Recomputation, 'layer'>

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

/** The first cost alone. */
const FIRST_COST: Projection = {
  size: 1,
  project(costs, into) {
    into[0] = costs[TIME_S]!
  }
}

/**
 * When one plan can take the place of another in any stage. A die needs, per layer, its state and what `f >= 1` micro-batches in flight
 * keep, where weight gradients wait also what `d <= f` of them make again, and once the largest `r` that a layer makes again and the
 * largest buffer `b`. One plan for another in `n >= 1` layers changes that by at most `n (state + f kept + d r) + max(0, r) + max(0, b)`, all
 * as differences. It is never more if at the corners of all `f` and `d` it is not: of kept (many in flight), of state + kept, and of both with
 * what is made again. With `r` as a difference of its own, plans that make ever less of the same tensors again would all have to be kept.
 */
function projectionOf({ only, projection, splits, price }: FrontierRequest): Projection {
  if (only) return FIRST_COST
  if (projection) return projection
  const most = splits ? 2 : 1
  return {
    size: 8 + (splits ? 2 : 0) + (price ? 1 : 0),
    project(costs, into) {
      const again_B = costs[REMATERIALIZED_B]!
      const held_B = costs[STATE_B]! + costs[KEPT_B]!
      into[0] = costs[TIME_S]!
      into[1] = costs[SYNC_S]!
      into[2] = costs[OPTIMIZER_S]!
      into[3] = costs[KEPT_B]!
      into[4] = held_B
      into[5] = held_B + costs[BUFFER_B]!
      into[6] = held_B + most * again_B
      into[7] = held_B + most * again_B + costs[BUFFER_B]!
      if (splits) {
        into[8] = costs[KEPT_B]! + again_B
        into[9] = costs[MINUS_WEIGHT_GRADIENT_S]!
      }
      if (price) into[splits ? 10 : 8] = costs[WORK_S]!
    }
  }
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
  price: WorkPrice | undefined
): Float64Array {
  scratch.fill(0)
  plan.addStep(model.rows, offset, step, mask, scratch, 0)
  const costs = new Float64Array(price ? DIMENSIONS + 1 : DIMENSIONS)
  if (price) costs[WORK_S] = workOf_s(price, scratch)
  costs[TIME_S] = plan.microBatch_s(scratch, 0)
  costs[KEPT_B] = scratch[plan.KEPT_B]!
  costs[STATE_B] = scratch[plan.WEIGHTS_B]! + scratch[plan.GRADIENTS_B]! + scratch[plan.OPTIMIZER_B]!
  // Logits do not grow with the micro-batches in flight, so they count with the state.
  costs[STATE_B] += logitsHeld * scratch[plan.LOGITS_B]!
  costs[SYNC_S] = scratch[plan.GRADIENT_SYNC_S]!
  costs[OPTIMIZER_S] = scratch[plan.OPTIMIZER_S]!
  costs[REMATERIALIZED_B] = scratch[plan.REMATERIALIZED_B]!
  costs[MINUS_WEIGHT_GRADIENT_S] = -scratch[plan.WEIGHT_GRADIENT_S]!
  costs[BUFFER_B] = scratch[plan.BUFFER_B]!
  return costs
}

/** The choices of one step from one source layout that no other choice with the same output layout beats. */
function stepVectors(request: StepRequest, index: number, source: number): readonly StepVector[] {
  const { model, layerClass, residual, space, recompute, only } = request
  const layer = model.context.workload.classes[layerClass]!
  const step = layer.steps[index]!
  const masks = recomputeMasks(step, recompute, layer.hasAttention)
  const { size, project } = projectionOf(request)
  const kept: StepVector[] = []
  const coordinates = new Float64Array(size)
  for (const roles of roleOptions(model, step.main, space)) {
    if (request.allows && !request.allows(roles)) continue
    const offset = model.offset(layerClass, index, source, roles, residual)
    if (offset < 0) continue
    const layout = model.rows[offset + OUTPUT_LAYOUT]!
    for (const mask of masks) {
      const costs = stepCosts(model, step, offset, mask, request.logitsHeld ?? 1, request.price)
      if (only === 'fill') costs[TIME_S]! += 2 * costs[MINUS_WEIGHT_GRADIENT_S]!
      if (only === 'work') costs[TIME_S] = costs[WORK_S]!
      if (typeof only === 'object') costs[TIME_S]! += only.keptPrice_sPerB * costs[KEPT_B]!
      project(costs, coordinates)
      if (kept.some((other) => other.layout === layout && dominates(other.coordinates, coordinates, size))) continue
      kept.push({ roles, mask, costs, layout, coordinates: coordinates.slice() })
    }
  }
  // A later choice may beat an earlier one, too.
  return kept.filter(
    (one) =>
      !kept.some(
        (other) =>
          other !== one &&
          other.layout === one.layout &&
          dominates(other.coordinates, one.coordinates, size) &&
          !dominates(one.coordinates, other.coordinates, size)
      )
  )
}

/** Time traded against memory at several exchange rates, for stages that hold few, some or many micro-batches. */
const scalarizations: readonly Scalarization[] = [
  (costs) => costs[TIME_S]!,
  (costs) => costs[STATE_B]!,
  (costs) => costs[SYNC_S]! + costs[OPTIMIZER_S]!,
  ...[1, 4, 16].flatMap((inFlight) =>
    [-1, 1, 3, 5, 7, 9, 12].map((power): Scalarization => {
      const rate = 10 ** -(15 - power)
      return (costs) =>
        costs[TIME_S]! + rate * (costs[STATE_B]! + inFlight * costs[KEPT_B]! + 0.1 * costs[REMATERIALIZED_B]!)
    })
  )
]

/** The same with the work in every view of time, and the least work beside them. */
const scalarizationsOf = (price: WorkPrice): readonly Scalarization[] => {
  const seconds = new Float64Array(DIMENSIONS + 1)
  return [
    scalarizations[0]!,
    (costs) => costs[WORK_S]!,
    ...scalarizations.map((view): Scalarization => (costs) => {
      seconds.set(costs)
      seconds[TIME_S]! += costs[WORK_S]! / price.timeWeight
      return view(seconds)
    })
  ]
}

function joined(before: Float64Array, step: Float64Array): Float64Array {
  const sum = new Float64Array(before.length)
  for (let i = 0; i < BUFFER_B; i++) sum[i] = before[i]! + step[i]!
  sum[BUFFER_B] = Math.max(before[BUFFER_B]!, step[BUFFER_B]!)
  if (sum.length > DIMENSIONS) sum[WORK_S] = before[WORK_S]! + step[WORK_S]!
  return sum
}

/** A frontier, and whether nothing was thinned out of it. */
export interface LayerFrontier {
  readonly labels: readonly LayerLabel[]
  readonly complete: boolean
}

function joinedFrontier(one: LayerFrontier, other: LayerFrontier, { size, project }: Projection): LayerFrontier {
  const coordinates = ({ costs }: LayerLabel): readonly number[] => {
    const into = new Float64Array(size)
    project(costs, into)
    return [...into]
  }
  return {
    labels: paretoFront([...one.labels, ...other.labels], coordinates),
    complete: one.complete && other.complete
  }
}

/**
 * Plans of one layer (layouts of all operators and what is recomputed, for a given layout of the residual stream) that can be best for
 * some memory budget: a multi-objective dynamic programme over the operators, the layout of the tensor between them as state.
 * Exact with an unlimited request. Empty where no legal plan exists.
 */
export const layerFrontier = (request: FrontierRequest): LayerFrontier =>
  layerRecomputations(request.recompute, request.model.context.workload.classes[request.layerClass]!.hasAttention)
    .map((recompute) => stepwiseFrontier({ ...request, recompute }))
    .reduce((one, other) => joinedFrontier(one, other, projectionOf(request)))

function stepwiseFrontier(request: StepRequest): LayerFrontier {
  const { model, layerClass, residual, limit, only, price } = request
  const { steps } = model.context.workload.classes[layerClass]!
  const rates = only ? scalarizations.slice(0, 1) : price ? scalarizationsOf(price) : scalarizations
  const most = only ? 1 : limit
  const projection = projectionOf(request)
  const start = new LabelSet<StepChoice>(most, rates, projection)
  start.add(new Float64Array(price ? DIMENSIONS + 1 : DIMENSIONS), { roles: 0, mask: 0 }, undefined)
  let groups = new Map<number, LabelSet<StepChoice>>([[residual, start]])
  let complete = true
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    const next = new Map<number, LabelSet<StepChoice>>()
    for (const [layout, group] of groups) {
      const vectors = stepVectors(request, index, step.source === 'previous' ? layout : residual)
      for (const label of group.finish())
        for (const vector of vectors) {
          let set = next.get(vector.layout)
          if (!set) next.set(vector.layout, (set = new LabelSet(most, rates, projection)))
          set.add(joined(label.costs, vector.costs), vector, label)
        }
      complete &&= !group.thinned
    }
    groups = next
  }
  const last = [...groups.values()]
  return {
    labels: last.flatMap((group) =>
      group.finish().map((label) => ({ plan: readBack(label, layerClass, residual), costs: label.costs }))
    ),
    complete: complete && last.every((group) => !group.thinned)
  }
}

function readBack(label: Label<StepChoice>, layerClass: number, residual: number): PlanCode {
  const choices: StepChoice[] = []
  for (let at: Label<StepChoice> | undefined = label; at?.parent; at = at.parent) choices.unshift(at.choice)
  return {
    layerClass,
    residual,
    roles: choices.map(({ roles }) => roles),
    recompute: choices.map(({ mask }) => mask)
  }
}

/** Layout codes that the residual stream may have on a region: each axis whole, or cut along an axis that divides. */
export function residualLayouts(model: CostModel, space: MappingSpace): readonly number[] {
  const names = ['replicated', 'batch', 'sequence', 'hidden'] as const
  const { microBatch, workload } = model.context
  const whole = [1, microBatch, workload.training.sequenceLength, workload.model.hidden]
  const allowed = names.flatMap((name, state) => (!space.residual || space.residual.includes(name) ? [state] : []))
  const codes = model.axes.reduce<readonly (readonly number[])[]>(
    (layouts) => layouts.flatMap((layout) => allowed.map((state) => [...layout, state])),
    [[]]
  )
  return codes
    .filter((layout) =>
      [1, 2, 3].every((state) => {
        const cut = layout.reduce((product, digit, axis) => product * (digit === state ? model.axes[axis]!.size : 1), 1)
        return whole[state]! % cut === 0
      })
    )
    .map((layout) => layout.reduce((code, digit, axis) => code + digit * LAYOUT_COUNT ** axis, 0))
}
