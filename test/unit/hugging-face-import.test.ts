import { describe, expect, test } from 'vitest'
import deepseekV3 from '../../resources/samples/hugging-face/deepseek-v3.json' with { type: 'json' }
import gptNeox20b from '../../resources/samples/hugging-face/gpt-neox-20b.json' with { type: 'json' }
import gpt2 from '../../resources/samples/hugging-face/gpt2.json' with { type: 'json' }
import llama370b from '../../resources/samples/hugging-face/llama-3-70b.json' with { type: 'json' }
import mixtral8x7b from '../../resources/samples/hugging-face/mixtral-8x7b.json' with { type: 'json' }
import opt30b from '../../resources/samples/hugging-face/opt-30b.json' with { type: 'json' }
import { Problem } from '../../src/core/problem.ts'
import { huggingFaceFamilies } from '../../src/core/workload/hugging-face-families.ts'
import { importHuggingFace } from '../../src/core/workload/hugging-face-import.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { parameterCount } from '../../src/core/workload/parameter-count.ts'

const refusal = (config: unknown): Problem => {
  try {
    importHuggingFace(config)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

const qwenMoe = {
  model_type: 'qwen3_moe',
  hidden_size: 2048,
  num_hidden_layers: 48,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  head_dim: 128,
  intermediate_size: 6144,
  moe_intermediate_size: 768,
  num_experts: 128,
  num_experts_per_tok: 8,
  decoder_sparse_step: 1,
  mlp_only_layers: [] as number[],
  max_position_embeddings: 40960,
  vocab_size: 151936,
  tie_word_embeddings: false
}

const deepseek16b = {
  architectures: ['DeepseekForCausalLM'],
  model_type: 'deepseek',
  first_k_dense_replace: 1,
  hidden_size: 2048,
  intermediate_size: 10944,
  max_position_embeddings: 4096,
  moe_intermediate_size: 1408,
  moe_layer_freq: 1,
  n_routed_experts: 64,
  n_shared_experts: 2,
  num_attention_heads: 16,
  num_experts_per_tok: 6,
  num_hidden_layers: 28,
  num_key_value_heads: 16,
  tie_word_embeddings: false,
  vocab_size: 102400
}

const bloom = {
  architectures: ['BloomForCausalLM'],
  model_type: 'bloom',
  n_embed: 14336,
  n_layer: 70,
  num_attention_heads: 112,
  vocab_size: 250880
}

const samples = { gpt2, gptNeox20b, opt30b, llama370b, mixtral8x7b, deepseekV3, qwenMoe, deepseek16b, bloom }

describe('Hugging Face import', () => {
  test.each([
    ['gpt2', gpt2, 124_439_808],
    ['gpt-neox-20b', gptNeox20b, 20_554_567_680],
    ['llama-3-70b', llama370b, 70_553_706_496],
    ['mixtral-8x7b', mixtral8x7b, 46_702_792_704]
  ])('%s has exactly the weights of the released model', (_, config, weights) => {
    expect(parameterCount(importHuggingFace(config).model).total).toBe(weights)
  })

  test('OPT-30B, DeepSeekMoE 16B and Qwen3-30B-A3B come to their published sizes', () => {
    expect(parameterCount(importHuggingFace(opt30b).model).total / 1e9).toBeCloseTo(29.97, 2)
    expect((parameterCount(importHuggingFace(deepseek16b).model).total / 1e9).toFixed(1)).toBe('16.4')
    const qwen = parameterCount(importHuggingFace(qwenMoe).model)
    expect((qwen.total / 1e9).toFixed(1)).toBe('30.5')
    expect(Math.abs(qwen.active / 3.3e9 - 1)).toBeLessThan(0.02)
  })

  test.each([
    ['llama-3-70b', llama370b],
    ['mixtral-8x7b', mixtral8x7b],
    ['deepseek-v3', deepseekV3],
    ['bloom-176b', bloom]
  ])('the configuration of %s gives the preset of that name', (name, config) => {
    expect(importHuggingFace(config, name).model).toEqual(modelPreset(name).spec)
  })

  test.each(Object.entries(samples))('%s accounts for every field once and for every key', (_, config) => {
    const { model, mapped, defaulted, ignored } = importHuggingFace(config)
    const { moe, ...plain } = model
    const fields = [
      ...Object.keys(plain).filter((field) => field !== 'name'),
      ...Object.keys(moe ?? {}).map((field) => `moe.${field}`)
    ]
    expect([...mapped, ...defaulted].map((entry) => entry.field).sort()).toEqual(fields.sort())
    const keys = new Set([...mapped.map((entry) => entry.from), ...ignored.map((entry) => entry.key), 'model_type'])
    expect([...keys].sort()).toEqual(Object.keys(config).sort())
    for (const { field, value } of [...mapped, ...defaulted])
      expect(field.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], model)).toBe(
        value
      )
  })

  test('an imported model is a valid spec', () => {
    for (const config of Object.values(samples)) {
      const { model } = importHuggingFace(config)
      expect(ModelSpec.parse(model)).toEqual(model)
    }
  })

  test('the model is called by the last part of its path, by a given name, or by its family', () => {
    expect(importHuggingFace(llama370b).model.name).toBe('Meta-Llama-3-70B')
    expect(importHuggingFace(llama370b, 'mine').model.name).toBe('mine')
    expect(importHuggingFace(deepseekV3).model.name).toBe('deepseek_v3')
    expect(importHuggingFace({ ...llama370b, _name_or_path: './' }).model.name).toBe('llama')
  })

  test('an inner width of null means four times the width', () => {
    const { model, defaulted } = importHuggingFace({ ...gpt2, n_inner: null })
    expect(model.ffnHidden).toBe(3072)
    expect(defaulted).toContainEqual({ field: 'ffnHidden', value: 3072, why: '4 x hidden' })
    expect(importHuggingFace({ ...gpt2, n_inner: 1000 }).model.ffnHidden).toBe(1000)
  })

  test('architectures name the family when model_type is missing', () => {
    const { model_type: _, ...config } = llama370b
    expect(importHuggingFace(config).model).toEqual(importHuggingFace(llama370b).model)
  })

  test('latent attention is reported as approximated, plain attention is not', () => {
    const approximated = importHuggingFace(deepseekV3).approximated
    expect(approximated.map((entry) => entry.field)).toEqual(['kvHeads', 'headDimension', 'layers'])
    expect(approximated[0]?.why).toMatch(/latent attention/)
    expect(importHuggingFace(llama370b).approximated).toEqual([])
  })

  test('a post-norm OPT with a narrow token table is reported as approximated', () => {
    const config = { ...opt30b, do_layer_norm_before: false, word_embed_proj_dim: 512 }
    expect(importHuggingFace(config).approximated.map((entry) => entry.field)).toEqual(['vocabulary', 'normalization'])
    expect(importHuggingFace(opt30b).approximated).toEqual([])
  })

  test('Llama biases need both switches; one alone is reported', () => {
    const both = importHuggingFace({ ...llama370b, attention_bias: true, mlp_bias: true })
    expect(both.model.biases).toBe(true)
    const one = importHuggingFace({ ...llama370b, attention_bias: true })
    expect(one.model.biases).toBe(false)
    expect(one.approximated.map((entry) => entry.field)).toEqual(['biases'])
  })

  test('DeepSeek without routed experts is a dense model', () => {
    expect(importHuggingFace({ ...deepseek16b, n_routed_experts: null }).model.moe).toBeUndefined()
  })

  test('DeepSeek experts begin at the first multiple of moe_layer_freq after the dense layers', () => {
    const moe = importHuggingFace({ ...deepseek16b, first_k_dense_replace: 3, moe_layer_freq: 2 }).model.moe
    expect(moe).toMatchObject({ firstLayer: 4, everyLayers: 2, sharedExperts: 2 })
  })

  test('Qwen experts begin after the dense layers at the front, every decoder_sparse_step', () => {
    expect(importHuggingFace({ ...qwenMoe, mlp_only_layers: [0, 1] }).model.moe?.firstLayer).toBe(2)
    const spread = importHuggingFace({ ...qwenMoe, decoder_sparse_step: 2 }).model.moe
    expect(spread).toMatchObject({ firstLayer: 1, everyLayers: 2 })
    expect(refusal({ ...qwenMoe, mlp_only_layers: [5] }).path).toBe('mlp_only_layers')
  })

  test('the wide shared expert of Qwen2 counts as several routed ones', () => {
    const config = {
      ...qwenMoe,
      model_type: 'qwen2_moe',
      moe_intermediate_size: 1408,
      shared_expert_intermediate_size: 5632
    }
    expect(importHuggingFace(config).model.moe?.sharedExperts).toBe(4)
    const uneven = importHuggingFace({ ...config, shared_expert_intermediate_size: 5000 })
    expect(uneven.approximated.map((entry) => entry.field)).toContain('moe.sharedExperts')
  })
})

describe('a configuration that cannot be imported', () => {
  test('of an unknown family is answered with the families there are', () => {
    const problem = refusal({ ...llama370b, model_type: 'llama4' })
    expect(problem.path).toBe('model_type')
    expect(problem.message).toMatch(/did you mean 'llama'\?/)
    for (const family of huggingFaceFamilies) expect(problem.message).toContain(family.type)
  })

  test.each([undefined, null, 42, 'llama', [], [llama370b]])('%j is refused as no object', (config) => {
    expect(refusal(config).message).toMatch(/must hold an object/)
  })

  test.each([
    {},
    { model_type: 7 },
    { model_type: {} },
    { architectures: 'LlamaForCausalLM' },
    { architectures: [null] }
  ])('%j does not name a family', (config) => {
    expect(refusal(config).path).toBe('model_type')
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the family %s is unknown', (type) => {
    expect(refusal(JSON.parse(`{"model_type":"${type}"}`)).path).toBe('model_type')
  })

  test('what a prototype key carries is not read', () => {
    const config: unknown = JSON.parse(`{"model_type":"gpt2","__proto__":${JSON.stringify(gpt2)}}`)
    expect(refusal(config).path).toBe('n_layer')
    expect(refusal(Object.create(gpt2)).path).toBe('model_type')
  })

  test.each([
    ['missing', undefined, /is missing/],
    ['null', null, /is missing/],
    ['not a number', Number.NaN, /is NaN/],
    ['infinite', Number.POSITIVE_INFINITY, /is Infinity/],
    ['negative', -1, /is -1/],
    ['zero', 0, /is 0/],
    ['a fraction', 80.5, /is 80.5/],
    ['in quotes', '80', /is "80"/],
    ['a list', [80], /is a list/],
    ['an object', { valueOf: 80 }, /is an object/],
    ['a switch', true, /is true/],
    ['too many to be meant', 1e12, /'layers' is 1000000000000/]
  ])('with a number of layers that is %s says so at its key', (_, value, message) => {
    const problem = refusal({ ...llama370b, num_hidden_layers: value })
    expect(problem.path).toBe('num_hidden_layers')
    expect(problem.message).toMatch(message)
  })

  test('with a switch that is no switch says so at its key', () => {
    expect(refusal({ ...llama370b, tie_word_embeddings: 'no' }).path).toBe('tie_word_embeddings')
  })

  test('with heads that do not fit together is answered at the key of the configuration', () => {
    const problem = refusal({ ...llama370b, num_key_value_heads: 7 })
    expect(problem.path).toBe('num_key_value_heads')
    expect(problem.message).toMatch(/heads 64 is not a multiple of kvHeads 7/)
  })

  test('with enormous latent ranks ends at once', () => {
    const hostile = { ...deepseekV3, kv_lora_rank: Number.MAX_SAFE_INTEGER, num_attention_heads: 9_007_199_254_740_881 }
    expect(refusal(hostile).code).toBe('bad-input')
  })

  test('deep nesting and long text in keys nobody reads end up short among the ignored', () => {
    const depth = 20_000
    const nest: unknown = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    const { ignored } = importHuggingFace({ ...llama370b, nest, essay: 'x'.repeat(1e6), map: { a: 1 } })
    const value = (key: string): unknown => ignored.find((entry) => entry.key === key)?.value
    expect(value('nest')).toBe('a list of 1')
    expect(value('map')).toBe('an object of 1')
    expect(String(value('essay')).length).toBeLessThanOrEqual(80)
    expect(() => JSON.stringify(ignored)).not.toThrow()
  })
})
