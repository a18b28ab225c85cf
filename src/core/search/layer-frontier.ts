import type { PlanCode } from '../mapping/plan-code.ts'
import { LabelSet, type Label, type Projection, type Scalarization } from '../optimization/label-set.ts'
import { paretoFront } from '../optimization/pareto.ts'
import type { Recomputation } from './outer-genes.ts'
import {
  BUFFER_B,
  DIMENSIONS,
  KEPT_B,
  layerRecomputations,
  MINUS_WEIGHT_GRADIENT_S,
  OPTIMIZER_S,
  REMATERIALIZED_B,
  STATE_B,
  stepChoices,
  SYNC_S,
  TIME_S,
  WORK_S,
  type StepChoice,
  type StepRecomputation,
  type StepRequest,
  type WorkPrice
} from './step-choices.ts'

/** One plan of a layer class with its deciding costs. */
export interface LayerLabel {
  readonly plan: PlanCode
  readonly costs: Float64Array
}

/** What a frontier search is asked for. */
export interface FrontierRequest extends Omit<StepRequest, 'recompute'> {
  readonly recompute: Recomputation
  /** Largest number of plans kept per state; Infinity for an exact frontier. */
  readonly limit: number
  /** Whether the schedule splits backward passes: then weight gradients shorten the fill, and what is made again waits for them. */
  readonly splits?: boolean
  /** What decides where the stage is known; as the schedule's kind alone lets it, where not. */
  readonly projection?: Projection
}

type StepwiseRequest = FrontierRequest & { readonly recompute: StepRecomputation }

/**
 * When one plan can take the place of another in any stage. A die needs, per layer, its state and what `f >= 1` micro-batches in flight
 * keep, where weight gradients wait also what `d <= f` of them make again, and once the largest `r` that a layer makes again and the
 * largest buffer `b`. One plan for another in `n >= 1` layers changes that by at most `n (state + f kept + d r) + max(0, r) + max(0, b)`, all
 * as differences. It is never more if at the corners of all `f` and `d` it is not: of kept (many in flight), of state + kept, and of both with
 * what is made again. With `r` as a difference of its own, plans that make ever less of the same tensors again would all have to be kept.
 */
function projectionOf({ projection, splits, price }: FrontierRequest): Projection {
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

/** A choice of a step with its costs and where it leads. */
interface StepVector extends StepChoice {
  readonly costs: Float64Array
  readonly layout: number
}

function stepVectors(
  request: StepRequest,
  projection: Projection,
  index: number,
  source: number
): readonly StepVector[] {
  const { count, layouts, roles, masks, costs, costColumns } = stepChoices(request, projection, index, source)
  const length = request.price ? DIMENSIONS + 1 : DIMENSIONS
  return Array.from({ length: count }, (_, at) => ({
    roles: roles[at]!,
    mask: masks[at]!,
    layout: layouts[at]!,
    costs: costs.slice(at * costColumns, at * costColumns + length)
  }))
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

function stepwiseFrontier(request: StepwiseRequest): LayerFrontier {
  const { model, layerClass, residual, limit, price } = request
  const { steps } = model.context.workload.classes[layerClass]!
  const rates = price ? scalarizationsOf(price) : scalarizations
  const projection = projectionOf(request)
  const start = new LabelSet<StepChoice>(limit, rates, projection)
  start.add(new Float64Array(price ? DIMENSIONS + 1 : DIMENSIONS), { roles: 0, mask: 0 }, undefined)
  let groups = new Map<number, LabelSet<StepChoice>>([[residual, start]])
  let complete = true
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    const next = new Map<number, LabelSet<StepChoice>>()
    let vectors: readonly StepVector[] = []
    for (const [layout, group] of groups) {
      // Those of a step that reads the residual stream are the same wherever the one before ended.
      if (step.source === 'previous' || vectors.length === 0)
        vectors = stepVectors(request, projection, index, step.source === 'previous' ? layout : residual)
      for (const label of group.finish())
        for (const vector of vectors) {
          let set = next.get(vector.layout)
          if (!set) next.set(vector.layout, (set = new LabelSet(limit, rates, projection)))
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
