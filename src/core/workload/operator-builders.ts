import type { ModelSpec } from './model-spec.ts'
import type { Operator, RecomputeUnit, StoredTensor, Traffic } from './operator.ts'

/** Bytes of a number in 16 and in 32 bits. */
export const BYTES = 2
export const SINGLE = 4

const NO_TRAFFIC: Traffic = { forward_B: 0, backward_B: 0 }

type OperatorFields = Partial<Operator> & Pick<Operator, 'name'>

/** An operator of which nothing is said but these fields. */
export const operator = (kind: Operator['kind'], fields: OperatorFields): Operator => ({
  kind,
  output: 0,
  reduction: 0,
  parameters: 0,
  outputGranularity: fields.output ?? 1,
  reductionGranularity: fields.reduction ?? 1,
  experts: undefined,
  sharedOutput: undefined,
  forwardTraffic_B: 0,
  backwardTraffic_B: 0,
  passes: NO_TRAFFIC,
  unfused: NO_TRAFFIC,
  forwardKernels: 1,
  backwardKernels: 1,
  ...fields
})

/** What of a step is run again to have a tensor back. */
export const BEFORE: RecomputeUnit = { before: true, main: false, after: false }
export const MAIN: RecomputeUnit = { before: false, main: true, after: false }
export const AFTER: RecomputeUnit = { before: false, main: false, after: true }
export const MAIN_AND_AFTER: RecomputeUnit = { before: false, main: true, after: true }

/** A tensor kept for the backward pass. @param unit place in the step's units that gives it again; undefined for none */
export const tensor = (
  name: string,
  bytes: number,
  layout: StoredTensor['layout'],
  unit: number | undefined,
  category: StoredTensor['category'] = 'activation'
): StoredTensor => ({ name, bytes, layout, unit, category })

/** The gradient of a bias is a sum of its own that reads the output's gradient once more (Megatron-LM, tensor_parallel/layers.py). */
export const linear = (
  name: string,
  reduction: number,
  output: number,
  biases: boolean,
  fields: Partial<Operator> = {}
): Operator =>
  operator('linear', {
    name,
    reduction,
    output,
    parameters: reduction * output + (biases ? output : 0),
    backwardKernels: 2,
    ...(biases && { passes: { forward_B: 0, backward_B: BYTES * output } }),
    ...fields
  })

/**
 * An RMS norm as `weight * (x.float() * rsqrt(mean(x.float() ** 2))).type_as(x)`, the released Llama code: bytes per element of its kernels
 * and of those that autograd runs for it, less the one pass of a fused norm. Forward: to fp32 6, square 8, mean 4, scale 8, back to 16 bits
 * 6, weight 4. Backward: weight 4 and its gradient 8, to fp32 6, scale 8 and its gradient 16, square 16, sum of both 12, to 16 bits 6.
 */
const UNFUSED_NORM: Traffic = { forward_B: 36 - 2 * BYTES, backward_B: 76 - 3 * BYTES }
export const times = ({ forward_B, backward_B }: Traffic, width: number): Traffic => ({
  forward_B: forward_B * width,
  backward_B: backward_B * width
})

/** Reads x, writes y; backward reads x and dy, writes dx. */
export const normalization = (name: string, model: ModelSpec): Operator =>
  operator('elementwise', {
    name,
    parameters: model.normalization === 'layernorm' ? 2 * model.hidden : model.hidden,
    forwardTraffic_B: 2 * BYTES * model.hidden,
    backwardTraffic_B: 3 * BYTES * model.hidden,
    // Layer norms are one kernel everywhere.
    ...(model.normalization === 'rmsnorm' && { unfused: times(UNFUSED_NORM, model.hidden) }),
    backwardKernels: 2
  })

/** GPT-lineage models train with dropout on both branches and on the scores; gated ones without. */
export const trainsWithDropout = (model: ModelSpec): boolean => model.normalization === 'layernorm'

/**
 * Residual add, with dropout where the lineage has it: reads two tensors, writes one (and a one-byte mask). Backward it adds the
 * gradient of the branch to that of the stream: reads two, writes one, after the mask was applied.
 */
export const residualAdd = (name: string, model: ModelSpec): Operator => {
  const mask = trainsWithDropout(model) ? model.hidden : 0
  return operator('elementwise', {
    name,
    forwardTraffic_B: 3 * BYTES * model.hidden + mask,
    backwardTraffic_B: 3 * BYTES * model.hidden + (mask ? 2 * BYTES * model.hidden + mask : 0),
    backwardKernels: mask ? 2 : 1
  })
}
