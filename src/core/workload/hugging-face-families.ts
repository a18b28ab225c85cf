import { Problem } from '../problem.ts'
import {
  alibi,
  headNorms,
  latentAttention,
  narrowWindow,
  normAfter,
  oneBias,
  parallelBlocks,
  predictionLayers,
  projectedEmbedding,
  qkvBiases,
  sharedWidth
} from './hugging-face-caveats.ts'
import type { Caveat, ConfigReader, FieldRule, SpecField } from './hugging-face-fields.ts'

/** How the configurations of one family of models are read. */
export interface HuggingFaceFamily {
  /** The `model_type` of the configuration. */
  readonly type: string
  /** Entries of `architectures` that name the family when `model_type` is missing. */
  readonly architectures: readonly string[]
  readonly rules: readonly FieldRule[]
  /** Rules of the experts; applied only when `moeKey`, if there is one, is present. */
  readonly moeRules?: readonly FieldRule[]
  readonly moeKey?: string
  readonly caveats: readonly Caveat[]
}

const count = (field: SpecField, ...keys: string[]): FieldRule => ({ field, keys })
const flag = (field: SpecField, key: string, value: boolean, why: string): FieldRule => ({
  field,
  keys: [key],
  kind: 'flag',
  otherwise: { value, why }
})
const always = (field: SpecField, value: boolean | number | string, why: string): FieldRule => ({
  field,
  otherwise: { value, why }
})
/** The base rules with some fields replaced. */
const replace = (base: readonly FieldRule[], ...rules: FieldRule[]): FieldRule[] => [
  ...base.filter((old) => !rules.some((rule) => rule.field === old.field)),
  ...rules
]

const libraryDefault = 'default of the Hugging Face configuration class'
const equalHeads: FieldRule['otherwise'] = { why: 'every query head has its own key and value head' }
const evenHeads: FieldRule['otherwise'] = { why: 'hidden / heads' }
const fourHidden: FieldRule['otherwise'] = { why: '4 x hidden' }

const gptConventions: readonly FieldRule[] = [
  { field: 'kvHeads', otherwise: equalHeads },
  { field: 'headDimension', otherwise: evenHeads },
  always('ffn', 'gelu', 'the feed-forward of this family is two matrices, not gated'),
  always('positions', 'learned', 'this family has a learned position table'),
  always('normalization', 'layernorm', 'this family uses LayerNorm'),
  always('biases', true, 'every linear layer of this family has a bias'),
  flag('tiedEmbeddings', 'tie_word_embeddings', true, libraryDefault)
]

const gpt2: readonly FieldRule[] = [
  count('layers', 'n_layer', 'num_hidden_layers'),
  count('hidden', 'n_embd', 'hidden_size'),
  count('heads', 'n_head', 'num_attention_heads'),
  { field: 'ffnHidden', keys: ['n_inner'], otherwise: fourHidden },
  count('vocabulary', 'vocab_size'),
  count('maxPositions', 'n_positions', 'n_ctx', 'max_position_embeddings'),
  ...gptConventions
]

const standardNames: readonly FieldRule[] = [
  count('layers', 'num_hidden_layers'),
  count('hidden', 'hidden_size'),
  count('heads', 'num_attention_heads'),
  count('ffnHidden', 'intermediate_size'),
  count('vocabulary', 'vocab_size'),
  count('maxPositions', 'max_position_embeddings')
]

const rotary = always('positions', 'rotary', 'this family uses rotary positions')

const gptNeox = replace(
  [...standardNames, ...gptConventions],
  rotary,
  flag('tiedEmbeddings', 'tie_word_embeddings', false, libraryDefault)
)

const opt = replace(
  [...standardNames, ...gptConventions],
  count('ffnHidden', 'ffn_dim'),
  flag('biases', 'enable_bias', true, libraryDefault)
)

const bloom = replace(
  gpt2,
  count('hidden', 'hidden_size', 'n_embed', 'n_embd'),
  { field: 'ffnHidden', otherwise: fourHidden },
  {
    field: 'maxPositions',
    keys: ['seq_length'],
    otherwise: { value: 2048, why: 'BLOOM was trained on 2,048 tokens and has no position table (arXiv 2211.05100)' }
  },
  always('positions', 'rotary', 'ALiBi has no weights, so it is entered as rotary')
)

const llama: readonly FieldRule[] = [
  ...replace(standardNames, {
    field: 'maxPositions',
    keys: ['max_position_embeddings', 'max_sequence_length'],
    otherwise: { value: 2048, why: libraryDefault }
  }),
  { field: 'kvHeads', keys: ['num_key_value_heads'], otherwise: equalHeads },
  { field: 'headDimension', keys: ['head_dim'], otherwise: evenHeads },
  always('ffn', 'swiglu', 'the feed-forward of this family is gated'),
  rotary,
  always('normalization', 'rmsnorm', 'this family uses RMSNorm'),
  {
    field: 'biases',
    keys: ['attention_bias'],
    convert: (read) => read.flag('attention_bias') === true && read.flag('mlp_bias') === true,
    otherwise: { value: false, why: 'the linear layers of this family have no biases' }
  },
  flag('tiedEmbeddings', 'tie_word_embeddings', false, libraryDefault)
]

// Their configuration classes do not fall back to one key head per query head, so a missing count is not guessed.
const mistral = replace(llama, count('kvHeads', 'num_key_value_heads'))
const qwen2 = replace(mistral, always('biases', false, 'only queries, keys and values have biases'))
const qwen3 = replace(mistral, count('headDimension', 'head_dim'))

const mixtralMoe: readonly FieldRule[] = [
  count('moe.experts', 'num_local_experts'),
  count('moe.topK', 'num_experts_per_tok'),
  count('moe.expertHidden', 'intermediate_size'),
  always('moe.sharedExperts', 0, 'Mixtral has no shared experts (arXiv 2401.04088)'),
  always('moe.firstLayer', 0, 'every layer of Mixtral has experts (arXiv 2401.04088)'),
  always('moe.everyLayers', 1, 'every layer of Mixtral has experts (arXiv 2401.04088)')
]

/** Qwen's layer i (from 0) has experts when i + 1 is a multiple of decoder_sparse_step and i is not in mlp_only_layers. */
function qwenFirstMoeLayer(read: ConfigReader): number {
  const step = read.count('decoder_sparse_step') ?? 1
  const dense = new Set(read.indices('mlp_only_layers'))
  let first = step - 1
  while (dense.delete(first)) first += step
  if ([...dense].some((layer) => layer > first && (layer + 1) % step === 0))
    throw new Problem(
      'bad-input',
      `config.json: 'mlp_only_layers' takes single layers after layer ${first} out of the regular pattern; only dense layers at the beginning can be described`,
      'mlp_only_layers'
    )
  return first
}

const qwen3Moe: readonly FieldRule[] = [
  count('moe.experts', 'num_experts', 'num_local_experts'),
  count('moe.topK', 'num_experts_per_tok'),
  count('moe.expertHidden', 'moe_intermediate_size'),
  always('moe.sharedExperts', 0, 'Qwen3 has no shared experts (arXiv 2505.09388)'),
  {
    field: 'moe.firstLayer',
    keys: ['mlp_only_layers', 'decoder_sparse_step'],
    convert: qwenFirstMoeLayer,
    otherwise: { value: 0, why: libraryDefault }
  },
  { field: 'moe.everyLayers', keys: ['decoder_sparse_step'], otherwise: { value: 1, why: libraryDefault } }
]

const qwen2Moe = replace(qwen3Moe, {
  field: 'moe.sharedExperts',
  keys: ['shared_expert_intermediate_size'],
  // one wide shared expert has the weights of several routed ones
  convert: (read, key) => Math.round(read.needed(key, 0) / read.needed('moe_intermediate_size'))
})

const deepseekMoe: readonly FieldRule[] = [
  count('moe.experts', 'n_routed_experts'),
  count('moe.topK', 'num_experts_per_tok'),
  count('moe.expertHidden', 'moe_intermediate_size'),
  {
    field: 'moe.sharedExperts',
    keys: ['n_shared_experts'],
    kind: 'count-from-zero',
    otherwise: { value: 0, why: libraryDefault }
  },
  {
    field: 'moe.firstLayer',
    keys: ['first_k_dense_replace'],
    // experts begin at the first multiple of moe_layer_freq that is not among the dense layers
    convert: (read, key) => {
      const step = read.count('moe_layer_freq') ?? 1
      return Math.ceil(read.needed(key, 0) / step) * step
    },
    otherwise: { value: 0, why: libraryDefault }
  },
  { field: 'moe.everyLayers', keys: ['moe_layer_freq'], otherwise: { value: 1, why: libraryDefault } }
]

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

/** Key-value heads whose keys and values are together as wide as the latent, or a divisor of that when heads ask for one. */
function latentKeyValueHeads(read: ConfigReader, key: string): number {
  const asWide = Math.max(1, Math.round(read.needed(key) / (2 * read.needed('v_head_dim'))))
  return commonDivisor(read.needed('num_attention_heads'), asWide)
}

const deepseekMla = replace(
  llama,
  { field: 'kvHeads', keys: ['kv_lora_rank'], convert: latentKeyValueHeads },
  count('headDimension', 'v_head_dim')
)

/** Every family that can be imported. Field meanings follow the configuration classes of Hugging Face transformers. */
export const huggingFaceFamilies: readonly HuggingFaceFamily[] = [
  { type: 'gpt2', architectures: ['GPT2LMHeadModel', 'GPT2Model'], rules: gpt2, caveats: [] },
  { type: 'gpt_neox', architectures: ['GPTNeoXForCausalLM'], rules: gptNeox, caveats: [parallelBlocks] },
  { type: 'opt', architectures: ['OPTForCausalLM'], rules: opt, caveats: [projectedEmbedding, normAfter] },
  { type: 'bloom', architectures: ['BloomForCausalLM'], rules: bloom, caveats: [alibi] },
  { type: 'llama', architectures: ['LlamaForCausalLM', 'LLaMAForCausalLM'], rules: llama, caveats: [oneBias] },
  { type: 'mistral', architectures: ['MistralForCausalLM'], rules: mistral, caveats: [narrowWindow] },
  { type: 'qwen2', architectures: ['Qwen2ForCausalLM'], rules: qwen2, caveats: [qkvBiases, narrowWindow] },
  { type: 'qwen3', architectures: ['Qwen3ForCausalLM'], rules: qwen3, caveats: [headNorms, oneBias, narrowWindow] },
  {
    type: 'mixtral',
    architectures: ['MixtralForCausalLM'],
    rules: mistral,
    moeRules: mixtralMoe,
    caveats: [narrowWindow]
  },
  {
    type: 'qwen2_moe',
    architectures: ['Qwen2MoeForCausalLM'],
    rules: qwen2,
    moeRules: qwen2Moe,
    caveats: [qkvBiases, sharedWidth, narrowWindow]
  },
  {
    type: 'qwen3_moe',
    architectures: ['Qwen3MoeForCausalLM'],
    rules: qwen3,
    moeRules: qwen3Moe,
    caveats: [headNorms, oneBias, narrowWindow]
  },
  {
    type: 'deepseek',
    architectures: ['DeepseekForCausalLM'],
    rules: llama,
    moeRules: deepseekMoe,
    moeKey: 'n_routed_experts',
    caveats: [oneBias]
  },
  ...[['deepseek_v2', 'DeepseekV2ForCausalLM'] as const, ['deepseek_v3', 'DeepseekV3ForCausalLM'] as const].map(
    ([type, architecture]) => ({
      type,
      architectures: [architecture],
      rules: deepseekMla,
      moeRules: deepseekMoe,
      moeKey: 'n_routed_experts',
      caveats: [...latentAttention, predictionLayers, oneBias]
    })
  )
]
