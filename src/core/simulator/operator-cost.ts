import type { Operator } from '../workload/operator.ts'
import { ACCUMULATION_BYTES } from './model-state.ts'
import { ALIGNED_ELEMENTS, matrixArithmetic_s, matrix_s, matrixTraffic_B, type MatrixEngine } from './matrix-time.ts'

/** How finely a layout cuts one operator on the region: products of axis sizes per logical axis. */
export interface Cuts {
  readonly batch: number
  readonly sequence: number
  readonly output: number
  readonly reduction: number
  readonly expert: number
  readonly streamed: number
  /** The same cuts as sets of mesh axes (bit i is axis i), which name the groups that must communicate. */
  readonly axes: {
    readonly sequence: number
    readonly expert: number
    readonly streamed: number
    readonly tokens: number
  }
}

/** Seconds and traffic of one operator on one die for one micro-batch. */
export interface OperatorCost {
  readonly forward_s: number
  readonly inputGradient_s: number
  readonly weightGradient_s: number
  /** Main-memory bytes of forward and backward together, and of forward alone. */
  readonly traffic_B: number
  readonly forwardTraffic_B: number
}

const IDLE: OperatorCost = {
  forward_s: 0,
  inputGradient_s: 0,
  weightGradient_s: 0,
  traffic_B: 0,
  forwardTraffic_B: 0
}

/** FlashAttention-2 (2307.08691) skips tiles above the diagonal: half of the score work. */
export const CAUSAL_SHARE_OF_FLASH = 0.5
/** Its backward runs five products where the forward runs two. */
const FLASH_BACKWARD_PER_FORWARD = 2.5
const BACKWARD_PER_FORWARD = 2

/**
 * Share of the arithmetic that the field books for attention (full scores, twice as much backward as forward) which a causal flash kernel
 * executes. @param forwards times that the forward pass runs: once, or again for the backward pass
 */
export const executedShareOfFlash = (forwards: number): number =>
  (CAUSAL_SHARE_OF_FLASH * (forwards + FLASH_BACKWARD_PER_FORWARD)) / (forwards + BACKWARD_PER_FORWARD)

/** Width of the output one die computes; keys and values beyond their number of heads are copied, not cut. */
export function localOutput(operator: Operator, cut: number): number {
  const shared = operator.sharedOutput
  if (!shared) return Math.ceil(operator.output / cut)
  return (operator.output - shared.width) / cut + shared.width / Math.min(cut, shared.parts)
}

/**
 * Elementwise operators stream their tensors through main memory once; on a device as often as its library's kernels do.
 * @param unfusedShare share of it that runs as its source is written, one kernel for each operation
 */
export function elementwiseCost(
  operator: Operator,
  engine: MatrixEngine,
  tokens: number,
  cut: number,
  unfusedShare = 0
): OperatorCost {
  const { passes, unfused } = operator
  const isDevice = engine.arrays === 0 ? 1 : 0
  const forward_B = operator.forwardTraffic_B + isDevice * (passes.forward_B + unfusedShare * unfused.forward_B)
  const backward_B = operator.backwardTraffic_B + isDevice * (passes.backward_B + unfusedShare * unfused.backward_B)
  const bandwidth = engine.memoryBandwidth_Bps * engine.memoryEfficiency
  const time = (bytes: number): number => (bytes * tokens) / cut / bandwidth
  return {
    forward_s: time(forward_B),
    inputGradient_s: time(backward_B),
    weightGradient_s: 0,
    traffic_B: ((forward_B + backward_B) * tokens) / cut,
    forwardTraffic_B: (forward_B * tokens) / cut
  }
}

function linearCost(
  operator: Operator,
  engine: MatrixEngine,
  tokens: number,
  cuts: Cuts,
  expertGroup: number
): OperatorCost {
  const local = tokens / (cuts.batch * cuts.sequence)
  const copies = operator.experts ? operator.experts.count / (cuts.expert * expertGroup) : 1
  const m = operator.experts ? Math.max(1, (local * operator.experts.topK) / copies) : local
  const n = localOutput(operator, cuts.output)
  const k = Math.ceil(operator.reduction / cuts.reduction)
  const forwardTraffic_B = copies * matrixTraffic_B(m, n, k, engine.sram_B)
  // Frameworks pad what they cut; an uncut vocabulary keeps its width.
  const slowdown = cuts.output === 1 && operator.output % ALIGNED_ELEMENTS > 0 ? 1 / engine.misalignedShare : 1
  // Kernels of a device add at their end, when their arithmetic is done; arrays drain one fold while they fill the next.
  const bias_B = operator.passes.backward_B * local * (n / operator.output)
  const accumulated_B = engine.arrays === 0 ? ACCUMULATION_BYTES * copies * k * n + bias_B : 0
  const accumulation_s = accumulated_B / (engine.memoryBandwidth_Bps * engine.memoryEfficiency)
  return {
    forward_s: slowdown * matrix_s(engine, copies, m, n, k),
    inputGradient_s: slowdown * matrix_s(engine, copies, m, k, n),
    weightGradient_s: slowdown * matrix_s(engine, copies, k, n, m) + accumulation_s,
    traffic_B:
      forwardTraffic_B +
      copies * (matrixTraffic_B(m, k, n, engine.sram_B) + matrixTraffic_B(k, n, m, engine.sram_B)) +
      accumulated_B,
    forwardTraffic_B
  }
}

/** Scores and their product with the values, per head; a flash kernel overlaps its little traffic with its arithmetic. */
function attentionCost(
  operator: Operator,
  engine: MatrixEngine,
  sequences: number,
  length: number,
  flash: boolean,
  cuts: Cuts
): OperatorCost {
  const heads = operator.outputGranularity
  const width = operator.output / heads
  const copies = (sequences / cuts.batch) * (heads / cuts.output)
  const rows = length / cuts.sequence
  const products =
    matrixArithmetic_s(engine, copies, rows, length, width) + matrixArithmetic_s(engine, copies, rows, width, length)
  // A fused kernel interleaves products with exponentials and reaches less than products alone.
  const fused = (2 * 2 * copies * rows * length * width) / (engine.peak_flops * engine.flashEfficiency)
  const flashProducts = Math.max(products, fused) * CAUSAL_SHARE_OF_FLASH
  const bandwidth = engine.memoryBandwidth_Bps * engine.memoryEfficiency
  const share = (sequences * length) / (cuts.batch * cuts.sequence * cuts.output)
  const forwardTraffic_s = (operator.forwardTraffic_B * share) / bandwidth
  const backwardTraffic_s = (operator.backwardTraffic_B * share) / bandwidth
  const forward = flash ? Math.max(flashProducts, forwardTraffic_s) : products + forwardTraffic_s
  const backward = flash
    ? Math.max(flashProducts * FLASH_BACKWARD_PER_FORWARD, backwardTraffic_s)
    : products * BACKWARD_PER_FORWARD + backwardTraffic_s
  return {
    forward_s: forward,
    inputGradient_s: backward,
    weightGradient_s: 0,
    traffic_B: (operator.forwardTraffic_B + operator.backwardTraffic_B) * share,
    forwardTraffic_B: operator.forwardTraffic_B * share
  }
}

/** What a gene-bearing operator costs on one die of the region, by its kind; launches are not in it. */
export function operatorCost(
  operator: Operator,
  engine: MatrixEngine,
  microBatch: number,
  length: number,
  flash: boolean,
  cuts: Cuts,
  expertGroup: number
): OperatorCost {
  switch (operator.kind) {
    case 'linear':
      return linearCost(operator, engine, microBatch * length, cuts, expertGroup)
    case 'attention':
      return attentionCost(operator, engine, microBatch, length, flash, cuts)
    case 'embedding':
      return elementwiseCost(
        operator,
        engine,
        microBatch * length,
        cuts.batch * cuts.sequence * cuts.output * cuts.reduction
      )
    case 'elementwise':
      return IDLE
  }
}

/**
 * Cost of an operator where the host launches the kernels of its step one after another, those of the elementwise operators `beside`
 * it too: launches run ahead while the die works, so the operator takes the longer of all of them and its own work. Each
 * gradient has half of the backward kernels, where there are two. Nothing changes where launching is free.
 */
export function launched(
  operator: Operator,
  beside: readonly Operator[],
  launch_s: number,
  cost: OperatorCost
): OperatorCost {
  const forward = beside.reduce((sum, one) => sum + one.forwardKernels, operator.forwardKernels)
  const backward = beside.reduce((sum, one) => sum + one.backwardKernels, operator.backwardKernels)
  const both = cost.weightGradient_s > 0
  return {
    ...cost,
    forward_s: Math.max(cost.forward_s, forward * launch_s),
    inputGradient_s: Math.max(cost.inputGradient_s, (both ? backward / 2 : backward) * launch_s),
    weightGradient_s: both ? Math.max(cost.weightGradient_s, (backward / 2) * launch_s) : 0
  }
}

/** The same work on a die of less than full speed: a die that lost cores has fewer to compute with and to move data by. */
export const atSpeed = (cost: OperatorCost, speed: number): OperatorCost =>
  speed === 1
    ? cost
    : {
        ...cost,
        forward_s: cost.forward_s / speed,
        inputGradient_s: cost.inputGradient_s / speed,
        weightGradient_s: cost.weightGradient_s / speed
      }
