import type { Operator } from '../workload/operator.ts'
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
  readonly traffic_B: number
}

const IDLE: OperatorCost = { forward_s: 0, inputGradient_s: 0, weightGradient_s: 0, traffic_B: 0 }

/** FlashAttention-2 (2307.08691) skips tiles above the diagonal: half of the score work. */
export const CAUSAL_SHARE_OF_FLASH = 0.5
/** Its backward runs five products where the forward runs two. */
const FLASH_BACKWARD_PER_FORWARD = 2.5
const BACKWARD_PER_FORWARD = 2

/** Width of the output one die computes; keys and values beyond their number of heads are copied, not cut. */
export function localOutput(operator: Operator, cut: number): number {
  const shared = operator.sharedOutput
  if (!shared) return Math.ceil(operator.output / cut)
  return (operator.output - shared.width) / cut + shared.width / Math.min(cut, shared.parts)
}

/** Elementwise operators stream their tensors through main memory once. */
export function elementwiseCost(
  operator: Operator,
  engine: MatrixEngine,
  launch_s: number,
  tokens: number,
  cut: number
): OperatorCost {
  const bandwidth = engine.memoryBandwidth_Bps * engine.memoryEfficiency
  const time = (bytes: number, kernels: number): number =>
    Math.max((bytes * tokens) / cut / bandwidth, kernels * launch_s)
  return {
    forward_s: time(operator.forwardTraffic_B, operator.forwardKernels),
    inputGradient_s: time(operator.backwardTraffic_B, operator.backwardKernels),
    weightGradient_s: 0,
    traffic_B: ((operator.forwardTraffic_B + operator.backwardTraffic_B) * tokens) / cut
  }
}

function linearCost(
  operator: Operator,
  engine: MatrixEngine,
  launch_s: number,
  tokens: number,
  cuts: Cuts,
  expertGroup: number
): OperatorCost {
  const local = tokens / (cuts.batch * cuts.sequence)
  const copies = operator.experts ? operator.experts.count / (cuts.expert * expertGroup) : 1
  const m = operator.experts ? Math.max(1, (local * operator.experts.topK) / copies) : local
  const n = localOutput(operator, cuts.output)
  const k = Math.ceil(operator.reduction / cuts.reduction)
  const floor = operator.forwardKernels * launch_s
  // Frameworks pad what they cut; an uncut vocabulary keeps its width.
  const slowdown = cuts.output === 1 && operator.output % ALIGNED_ELEMENTS > 0 ? 1 / engine.misalignedShare : 1
  return {
    forward_s: Math.max(slowdown * matrix_s(engine, copies, m, n, k), floor),
    inputGradient_s: Math.max(slowdown * matrix_s(engine, copies, m, k, n), floor),
    weightGradient_s: Math.max(slowdown * matrix_s(engine, copies, k, n, m), floor),
    traffic_B:
      copies *
      (matrixTraffic_B(m, n, k, engine.sram_B) +
        matrixTraffic_B(m, k, n, engine.sram_B) +
        matrixTraffic_B(k, n, m, engine.sram_B))
  }
}

/** Scores and their product with the values, per head; a flash kernel overlaps its little traffic with its arithmetic. */
function attentionCost(
  operator: Operator,
  engine: MatrixEngine,
  launch_s: number,
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
  const bandwidth = engine.memoryBandwidth_Bps * engine.memoryEfficiency
  const share = (sequences * length) / (cuts.batch * cuts.sequence * cuts.output)
  const forwardTraffic_s = (operator.forwardTraffic_B * share) / bandwidth
  const backwardTraffic_s = (operator.backwardTraffic_B * share) / bandwidth
  const forward = flash ? Math.max(products * CAUSAL_SHARE_OF_FLASH, forwardTraffic_s) : products + forwardTraffic_s
  const backward = flash
    ? Math.max(products * CAUSAL_SHARE_OF_FLASH * FLASH_BACKWARD_PER_FORWARD, backwardTraffic_s)
    : products * BACKWARD_PER_FORWARD + backwardTraffic_s
  return {
    forward_s: Math.max(forward, operator.forwardKernels * launch_s),
    inputGradient_s: Math.max(backward, operator.backwardKernels * launch_s),
    weightGradient_s: 0,
    traffic_B: (operator.forwardTraffic_B + operator.backwardTraffic_B) * share
  }
}

/** What a gene-bearing operator costs on one die of the region, by its kind. */
export function operatorCost(
  operator: Operator,
  engine: MatrixEngine,
  launch_s: number,
  microBatch: number,
  length: number,
  flash: boolean,
  cuts: Cuts,
  expertGroup: number
): OperatorCost {
  switch (operator.kind) {
    case 'linear':
      return linearCost(operator, engine, launch_s, microBatch * length, cuts, expertGroup)
    case 'attention':
      return attentionCost(operator, engine, launch_s, microBatch, length, flash, cuts)
    case 'embedding':
      return elementwiseCost(
        operator,
        engine,
        launch_s,
        microBatch * length,
        cuts.batch * cuts.sequence * cuts.output * cuts.reduction
      )
    case 'elementwise':
      return IDLE
  }
}
