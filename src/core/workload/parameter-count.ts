import type { ModelSpec } from './model-spec.ts'

/** Weights of a model, each a plain count. */
export interface ParameterCount {
  /** All weights: embedding, every layer and the final norm. */
  readonly total: number
  /** Weights that one token meets: total less the routed experts it does not visit. */
  readonly active: number
  /** Token table, learned position table and, unless tied to the token table, the output head. */
  readonly embedding: number
  /** One layer with a dense feed-forward, whether or not the model has such a layer. */
  readonly perDenseLayer: number
  /** One mixture-of-experts layer with all its experts; 0 for a dense model. */
  readonly perMoeLayer: number
}

/** True when layer `index` (from 0) holds experts; false for a dense layer and for an index the model does not have. */
export function isMoeLayer(model: ModelSpec, index: number): boolean {
  const { moe } = model
  if (!moe || !Number.isInteger(index) || index >= model.layers) return false
  return index >= moe.firstLayer && (index - moe.firstLayer) % moe.everyLayers === 0
}

/** Number of layers for which isMoeLayer holds. */
function moeLayerCount({ layers, moe }: ModelSpec): number {
  return moe ? Math.floor((layers - 1 - moe.firstLayer) / moe.everyLayers) + 1 : 0
}

const normWeights = (model: ModelSpec): number => model.hidden * (model.normalization === 'layernorm' ? 2 : 1)

function attentionWeights({ hidden, heads, kvHeads, headDimension, biases }: ModelSpec): number {
  const queryWidth = heads * headDimension
  const keyWidth = kvHeads * headDimension
  const matrices = hidden * (queryWidth + 2 * keyWidth) + queryWidth * hidden
  return matrices + (biases ? queryWidth + 2 * keyWidth + hidden : 0)
}

/** One feed-forward of this inner width: two matrices, three when gated. */
function feedForwardWeights({ hidden, ffn, biases }: ModelSpec, width: number): number {
  const inward = ffn === 'swiglu' ? 2 : 1
  return (inward + 1) * hidden * width + (biases ? inward * width + hidden : 0)
}

/**
 * Counts the weights of a model exactly as its spec describes it: attention with grouped keys, plain or gated feed-forward, experts
 * with their router (hidden x experts, no bias) and shared experts, two norms a layer and one at the end, biases where the model has
 * them. For a GPT shape this is arXiv 2104.04473 equation 2 plus the final norm.
 */
export function parameterCount(model: ModelSpec): ParameterCount {
  const { hidden, layers, vocabulary, moe } = model
  const tables = vocabulary * (model.tiedEmbeddings ? 1 : 2) + (model.positions === 'learned' ? model.maxPositions : 0)
  const embedding = tables * hidden
  const besideFeedForward = attentionWeights(model) + 2 * normWeights(model)
  const perDenseLayer = besideFeedForward + feedForwardWeights(model, model.ffnHidden)
  const expert = moe ? feedForwardWeights(model, moe.expertHidden) : 0
  const perMoeLayer = moe ? besideFeedForward + hidden * moe.experts + (moe.experts + moe.sharedExperts) * expert : 0
  const moeLayers = moeLayerCount(model)
  const total = embedding + (layers - moeLayers) * perDenseLayer + moeLayers * perMoeLayer + normWeights(model)
  const idle = moe ? moeLayers * (moe.experts - moe.topK) * expert : 0
  return { total, active: total - idle, embedding, perDenseLayer, perMoeLayer }
}
