/** Main-memory bytes per token. */
export interface Traffic {
  readonly forward_B: number
  readonly backward_B: number
}

/**
 * One operator of a training step, described per token so that any micro-batch and any split of it follows by arithmetic.
 * Widths are elements per token, traffic is bytes per token; parameters are the whole operator's.
 */
export interface Operator {
  readonly name: string
  readonly kind: 'elementwise' | 'linear' | 'attention' | 'embedding'
  /** Matrix shape of a linear operator: tokens x reduction times reduction x output. */
  readonly output: number
  readonly reduction: number
  readonly parameters: number
  /** The part of the output that only cuts into so many parts and is copied beyond them: keys and values of grouped heads. */
  readonly sharedOutput: { readonly width: number; readonly parts: number } | undefined
  /** How finely each side can be cut: heads of a projection, columns otherwise; 0 where any cut is allowed (padded). */
  readonly outputGranularity: number
  readonly reductionGranularity: number
  /** Routed experts of which every token visits topK, on the way to them (opens) or back; undefined for dense operators. */
  readonly experts: { readonly count: number; readonly topK: number; readonly opens: boolean } | undefined
  /** Main-memory traffic beside the matrix products themselves, bytes per token. */
  readonly forwardTraffic_B: number
  readonly backwardTraffic_B: number
  /** Bytes per token beyond that, where the kernels of an accelerator's library are several passes. */
  readonly passes: Traffic
  /** Bytes per token beyond that, where a framework runs it as its source is written, one kernel for each operation. */
  readonly unfused: Traffic
  /** Kernels a GPU launches for it. */
  readonly forwardKernels: number
  readonly backwardKernels: number
}

/** A tensor that the backward pass reads: kept from the forward pass, or made again by running its unit again. */
export interface StoredTensor {
  readonly name: string
  /** Bytes per token of the whole tensor. */
  readonly bytes: number
  /** Whether it is laid out as the residual stream, as the step's input or as the step's output. */
  readonly layout: 'residual' | 'input' | 'output'
  /** The unit that makes it again; undefined for the input of a layer, which is always kept. */
  readonly unit: number | undefined
  readonly category: 'activation' | 'workspace'
}

/** Operators that run again together when one of their stored tensors was not kept. */
export interface RecomputeUnit {
  readonly before: boolean
  readonly main: boolean
  readonly after: boolean
}

/** A gene-bearing operator with the elementwise operators before and after it: one step of the chain of a block. */
export interface Step {
  readonly main: Operator
  /** Runs in the layout of the source. */
  readonly before: readonly Operator[]
  /** Runs in the layout of the main operator's output, or of the residual stream where the step closes its block. */
  readonly after: readonly Operator[]
  /** Where the input comes from: the residual stream, the step before, or the data loader. */
  readonly source: 'residual' | 'previous' | 'tokens'
  /** Whether the output is brought back to the layout of the residual stream. */
  readonly closes: boolean
  /** Elements per token that the step takes in and gives out. */
  readonly inputWidth: number
  readonly outputWidth: number
  readonly stored: readonly StoredTensor[]
  readonly units: readonly RecomputeUnit[]
}

/** Layers with the same operators. */
export interface LayerClass {
  readonly name: 'embedding' | 'dense' | 'moe' | 'head'
  /** A layer of the transformer stack, not one of its two ends. */
  readonly hasAttention: boolean
  readonly steps: readonly Step[]
}
