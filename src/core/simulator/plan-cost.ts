import { optionalTensors, type PlanCode } from '../mapping/plan-code.ts'
import type { RecomputeUnit, Step } from '../workload/operator.ts'
import type { CostModel } from './cost-model.ts'
import * as row from './cost-row.ts'
import { exposed_s } from './hidden-time.ts'
import type { TransferCost } from './machine.ts'

/** Columns of the cost of one layer under a plan: one die, one micro-batch, unless the name says otherwise. */
export const FORWARD_S = 0
export const BACKWARD_S = 1
export const WEIGHT_GRADIENT_S = 2
export const RECOMPUTE_S = 3
export const TENSOR_COMMUNICATION_S = 4
export const DATA_COMMUNICATION_S = 5
export const WEIGHTS_B = 6
export const GRADIENTS_B = 7
export const OPTIMIZER_B = 8
export const GRADIENT_SYNC_S = 9
export const OPTIMIZER_S = 10
/** Kept per micro-batch in flight. */
export const KEPT_B = 11
export const LOGITS_B = 12
export const MATRIX_FLOPS = 13
export const MEMORY_TRAFFIC_B = 14
export const LINK_TRAFFIC_B = 15
/** Exposed time of moving tensors to the offload memory and back, and what lies there per micro-batch in flight. */
export const OFFLOAD_S = 16
export const OFFLOADED_B = 17
/** Recomputed tensors again, summed: what weight gradients that wait keep alive per micro-batch. */
export const DELAYED_B = 18
/** Once per optimiser step: main-memory bytes of the optimiser, and bytes times links of the gradients' synchronisation. */
export const OPTIMIZER_TRAFFIC_B = 19
export const SYNC_TRAFFIC_B = 20
/** From here on the largest layer of a stage counts, not their sum. */
export const LARGEST = 21
/** Gathered parameters and tensors, and gradients in work, of the largest step. */
export const BUFFER_B = 21
/** Recomputed tensors of one layer, alive while its backward pass runs. */
export const REMATERIALIZED_B = 22
export const PLAN_COLUMNS = 23

/** Whether another unit that runs again runs everything of this one. */
function isCovered(units: readonly RecomputeUnit[], unit: number, rerun: number): boolean {
  const { before, main, after } = units[unit]!
  for (let other = 0; rerun >> other; other++) {
    if (other === unit || !(rerun & (1 << other))) continue
    const whole = units[other]!
    if (whole.before >= before && whole.main >= main && whole.after >= after) return true
  }
  return false
}

/** The units of a step that run again when the tensors of a mask are not kept, as indices into `step.units`. */
export function unitsToRun(step: Step, mask: number): readonly number[] {
  const makers = optionalTensors(step).map((tensor) => tensor.unit!)
  const rerun = makers.reduce((bits, unit, bit) => (mask & (1 << bit) ? bits | (1 << unit) : bits), 0)
  return step.units.flatMap((_unit, index) =>
    rerun & (1 << index) && !isCovered(step.units, index, rerun) ? [index] : []
  )
}

/**
 * Adds the cost of one step into a layer's: the one place where a row and a choice of what to recompute become numbers.
 * @param at rows of the cost model, `offset` where the step's row begins; @param mask bit i set where the step's i-th optional tensor is recomputed
 */
export function addStep(
  at: Float64Array,
  offset: number,
  step: Step,
  mask: number,
  out: Float64Array,
  to: number
): void {
  out[to + FORWARD_S]! += at[offset + row.FORWARD_S]!
  out[to + BACKWARD_S]! += at[offset + row.BACKWARD_S]!
  out[to + WEIGHT_GRADIENT_S]! += at[offset + row.WEIGHT_GRADIENT_S]!
  out[to + TENSOR_COMMUNICATION_S]! += at[offset + row.TENSOR_COMMUNICATION_S]!
  out[to + DATA_COMMUNICATION_S]! += at[offset + row.DATA_COMMUNICATION_S]!
  out[to + WEIGHTS_B]! += at[offset + row.WEIGHTS_B]!
  out[to + GRADIENTS_B]! += at[offset + row.GRADIENTS_B]!
  out[to + OPTIMIZER_B]! += at[offset + row.OPTIMIZER_B]!
  out[to + GRADIENT_SYNC_S]! += at[offset + row.GRADIENT_SYNC_S]!
  out[to + OPTIMIZER_S]! += at[offset + row.OPTIMIZER_S]!
  out[to + KEPT_B]! += at[offset + row.ALWAYS_KEPT_B]!
  out[to + LOGITS_B]! += at[offset + row.LOGITS_B]!
  out[to + MATRIX_FLOPS]! += at[offset + row.MATRIX_FLOPS]!
  out[to + MEMORY_TRAFFIC_B]! += at[offset + row.MEMORY_TRAFFIC_B]!
  out[to + LINK_TRAFFIC_B]! += at[offset + row.LINK_TRAFFIC_B]!
  out[to + OPTIMIZER_TRAFFIC_B]! += at[offset + row.OPTIMIZER_TRAFFIC_B]!
  out[to + SYNC_TRAFFIC_B]! += at[offset + row.SYNC_TRAFFIC_B]!
  const buffer = at[offset + row.BUFFER_B]!
  if (buffer > out[to + BUFFER_B]!) out[to + BUFFER_B] = buffer

  let bit = 0
  let rerun = 0
  for (let index = 0; index < step.stored.length; index++) {
    const tensor = step.stored[index]!
    if (tensor.unit === undefined) continue
    const bytes = at[offset + row.TENSOR + bit]!
    if (mask & (1 << bit)) {
      out[to + REMATERIALIZED_B]! += bytes
      out[to + DELAYED_B]! += bytes
      rerun |= 1 << tensor.unit
    } else out[to + KEPT_B]! += bytes
    bit++
  }
  for (let unit = 0; rerun >> unit; unit++) {
    if (!(rerun & (1 << unit)) || isCovered(step.units, unit, rerun)) continue
    const cost = offset + row.UNIT + unit * row.UNIT_COLUMNS
    out[to + RECOMPUTE_S]! += at[cost]!
    out[to + TENSOR_COMMUNICATION_S]! += at[cost + 1]!
    out[to + MEMORY_TRAFFIC_B]! += at[cost + 2]!
    out[to + LINK_TRAFFIC_B]! += at[cost + 3]!
    if (step.units[unit]!.main) out[to + MATRIX_FLOPS]! += at[offset + row.FORWARD_MATRIX_FLOPS]!
  }
}

/**
 * Takes offloaded tensors of a step out of the die's memory, to the offload memory or to the same place in another stage. They leave under the forward pass of the step that makes them and come
 * back under its backward pass, each hidden by the overlap setting as far as the link keeps up.
 * @param mask bit i set where the step's i-th stored tensor is offloaded
 * @param helper the way to the stage that keeps them; its memory is read and written as fast as this one's at best
 */
function offloadTensors(
  model: CostModel,
  offset: number,
  step: Step,
  mask: number,
  out: Float64Array,
  to: number,
  helper: TransferCost | undefined
): void {
  const { offload, overlap, engine } = model.context.machine
  const at = model.rows
  let bytes = 0
  let optional = 0
  for (let bit = 0; bit < step.stored.length; bit++) {
    const size =
      step.stored[bit]!.unit === undefined ? at[offset + row.ALWAYS_KEPT_B]! : at[offset + row.TENSOR + optional++]!
    if (mask & (1 << bit)) bytes += size
  }
  const oneWay_s = helper
    ? helper.latency_s + bytes * Math.max(helper.perByte_s, 1 / engine.memoryBandwidth_Bps)
    : bytes / offload!.bandwidthPerDie_Bps
  const exposed = (window: number): number => exposed_s(oneWay_s, window, overlap)
  out[to + KEPT_B]! -= bytes
  out[to + OFFLOADED_B]! += bytes
  out[to + OFFLOAD_S]! += exposed(at[offset + row.FORWARD_S]!) + exposed(at[offset + row.BACKWARD_S]!)
  // Read here, written back here, and the same at a helper; one link each way lies between the die and the offload memory.
  out[to + MEMORY_TRAFFIC_B]! += (helper ? 4 : 2) * bytes
  out[to + LINK_TRAFFIC_B]! += 2 * bytes * (helper?.links ?? 1)
}

/** A plan as one stage has it: with the way to the dies that keep what it offloads, where that is another stage. */
export interface StagePlan extends PlanCode {
  readonly helper?: TransferCost
}

/**
 * Cost of one layer under a plan, written to `out` from `to` on.
 * @param stride distance between the costs of one step and the next: 0 adds them up, PLAN_COLUMNS keeps each by itself
 * @returns the index of the step whose roles do not divide, or -1 when all do
 */
export function planCost(model: CostModel, plan: StagePlan, out: Float64Array, to: number, stride = 0): number {
  const { steps } = model.context.workload.classes[plan.layerClass]!
  out.fill(0, to, to + PLAN_COLUMNS + stride * (steps.length - 1))
  let layout = plan.residual
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    const roles = plan.roles[index]!
    const source = step.source === 'previous' ? layout : plan.residual
    const offset = model.offset(plan.layerClass, index, source, roles, plan.residual)
    if (offset < 0) return index
    const at = to + stride * index
    addStep(model.rows, offset, step, plan.recompute[index]!, out, at)
    const away = plan.offload?.[index] ?? 0
    if (away !== 0) offloadTensors(model, offset, step, away, out, at, plan.helper)
    layout = model.rows[offset + row.OUTPUT_LAYOUT]!
  }
  return -1
}

/** Seconds of one micro-batch of a layer, exposed communication included. */
export const microBatch_s = (cost: Float64Array, at: number): number =>
  cost[at + FORWARD_S]! +
  cost[at + BACKWARD_S]! +
  cost[at + RECOMPUTE_S]! +
  cost[at + TENSOR_COMMUNICATION_S]! +
  cost[at + DATA_COMMUNICATION_S]! +
  cost[at + OFFLOAD_S]!
