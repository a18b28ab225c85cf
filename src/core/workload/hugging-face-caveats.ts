import type { Caveat } from './hugging-face-fields.ts'

// Places where a ModelSpec says less than the models of a family have; reported with every import.

export const oneBias: Caveat = {
  field: 'biases',
  holds: (read) => (read.flag('attention_bias') ?? false) !== (read.flag('mlp_bias') ?? false),
  why: 'biases in only some linear layers are left out'
}
export const narrowWindow: Caveat = {
  field: 'maxPositions',
  holds: (read) => read.flag('use_sliding_window') !== false && read.count('sliding_window') !== undefined,
  why: 'sliding-window attention is entered as attention over the whole sequence'
}
export const qkvBiases: Caveat = {
  field: 'biases',
  holds: () => true,
  why: 'biases of queries, keys and values are left out'
}
export const headNorms: Caveat = {
  field: 'normalization',
  holds: () => true,
  why: 'the norms on each query and key head are left out'
}
export const sharedWidth: Caveat = {
  field: 'moe.sharedExperts',
  holds: (read) => (read.count('shared_expert_intermediate_size', 0) ?? 0) % read.needed('moe_intermediate_size') !== 0,
  why: 'the width of the shared expert is rounded to a multiple of a routed expert'
}
export const latentAttention: readonly Caveat[] = [
  {
    field: 'kvHeads',
    holds: () => true,
    why: 'multi-head latent attention is entered as grouped attention whose keys and values are together as wide as the latent'
  },
  {
    field: 'headDimension',
    holds: () => true,
    why: 'heads are entered as wide as their values; queries and keys are wider by their rotary part'
  }
]
export const predictionLayers: Caveat = {
  field: 'layers',
  holds: (read) => (read.count('num_nextn_predict_layers', 0) ?? 0) > 0,
  why: 'multi-token prediction layers are left out'
}
export const projectedEmbedding: Caveat = {
  field: 'vocabulary',
  holds: (read) => (read.count('word_embed_proj_dim') ?? read.needed('hidden_size')) !== read.needed('hidden_size'),
  why: 'the narrower token table and its projection are entered as a table as wide as the model'
}
export const normAfter: Caveat = {
  field: 'normalization',
  holds: (read) => read.flag('do_layer_norm_before') === false,
  why: 'norms after each block are entered as norms before it, with one more at the end'
}
export const alibi: Caveat = {
  field: 'positions',
  holds: () => true,
  why: 'ALiBi is entered as rotary positions, and the norm after the embedding is left out'
}
export const parallelBlocks: Caveat = {
  field: 'layers',
  holds: (read) => read.flag('use_parallel_residual') ?? true,
  why: 'attention and feed-forward that run side by side are entered one after the other'
}
