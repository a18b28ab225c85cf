import { describe, expect, test } from 'vitest'
import { modelPreset, modelPresets } from '../../src/core/workload/model-presets.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { isMoeLayer, parameterCount } from '../../src/core/workload/parameter-count.ts'
import { Problem } from '../../src/core/problem.ts'

const problemOf = (run: () => unknown): Problem => {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error
  }
  throw new Error('no problem was raised')
}

/** Published totals in billions, as printed. */
const publishedTotals: Record<string, string> = {
  'gpt-6.7b': '6.66',
  'gpt-13b': '12.85',
  'gpt-30b': '29.97',
  'gpt3-175b': '174.6',
  'bloom-176b': '176.28',
  'mt-nlg-530b': '529.6',
  'megatron-1.7b': '1.7',
  'megatron-22b': '22',
  'megatron-145b': '145.6',
  'megatron-1t': '1008',
  'llama-1-30b': '32.53',
  'llama-1-65b': '65.29',
  'llama-2-7b': '6.74',
  'llama-2-13b': '13.02',
  'llama-2-70b': '68.98',
  'llama-3-8b': '8.03',
  'llama-3-70b': '70.55',
  'llama-3.1-405b': '405.85',
  'mixtral-8x7b': '46.7',
  'deepseek-v3': '671',
  'gshard-137b': '136.5'
}

describe('model presets', () => {
  test('every preset has a published total and the other way round', () => {
    expect(modelPresets.map((preset) => preset.name).sort()).toEqual(Object.keys(publishedTotals).sort())
  })

  test.each(modelPresets.map((preset) => [preset.name, preset] as const))(
    '%s counts within 1% of its published parameters, or rounds to them where few digits were printed',
    (name, preset) => {
      const printed = publishedTotals[name]!
      const decimals = printed.split('.')[1]?.length ?? 0
      const tolerance = Math.max(0.01 * Number(printed), 0.5 * 10 ** -decimals)
      expect(Math.abs(parameterCount(preset.spec).total / 1e9 - Number(printed))).toBeLessThan(tolerance)
    }
  )

  test.each(modelPresets.map((preset) => [preset.name, preset] as const))(
    '%s names a source for every field and for no field that does not exist',
    (_, { spec, sources }) => {
      const cited = sources.flatMap((source) => source.fields)
      const moe = Object.keys(spec.moe ?? {}).map((field) => `moe.${field}`)
      const plain = Object.keys(spec).filter((field) => field !== 'name' && field !== 'moe')
      const covered = new Set(cited.flatMap((field) => (field === 'moe' ? moe : [field])))
      // what follows from other fields by ModelSpec's own rule needs no source of its own
      const derived = new Set(['headDimension', 'kvHeads'])
      expect([...plain, ...moe].filter((field) => !covered.has(field) && !derived.has(field))).toEqual([])
      expect([...covered].filter((field) => ![...plain, ...moe].includes(field))).toEqual([])
      expect(cited.length).toBe(new Set(cited).size)
    }
  )

  test('a head dimension or key heads that are not the default have a source', () => {
    for (const { spec, sources } of modelPresets) {
      const cited = sources.flatMap((source) => source.fields)
      if (spec.headDimension !== spec.hidden / spec.heads) expect(cited).toContain('headDimension')
      if (spec.kvHeads !== spec.heads) expect(cited).toContain('kvHeads')
    }
  })

  test('names are unique and titles are not names', () => {
    expect(new Set(modelPresets.map((preset) => preset.name)).size).toBe(modelPresets.length)
    for (const preset of modelPresets) expect(preset.title).not.toBe(preset.name)
  })

  test('presets with an approximation say so in their notes', () => {
    expect(modelPreset('deepseek-v3').notes).toMatch(/^Approximated: multi-head latent attention/)
    expect(modelPreset('bloom-176b').notes).toMatch(/^Approximated: ALiBi/)
  })

  test('a preset is found by its name', () => {
    expect(modelPreset('llama-3-70b').spec).toMatchObject({ layers: 80, hidden: 8192, heads: 64, kvHeads: 8 })
  })

  test('a wrong name is answered with the nearest one and how to list them', () => {
    const problem = problemOf(() => modelPreset('llama3-70b'))
    expect(problem.code).toBe('unknown-name')
    expect(problem.message).toBe("no model is called 'llama3-70b'; did you mean 'llama-3-70b'?")
  })

  test('a name of an object member is no preset', () => {
    expect(problemOf(() => modelPreset('constructor')).code).toBe('unknown-name')
    expect(problemOf(() => modelPreset('')).code).toBe('unknown-name')
  })
})

describe('parameter count', () => {
  test('GPT shapes follow 12 L h^2 (1 + 13/(12h) + (v+s)/(12 L h)), equation 2 of arXiv 2104.04473', () => {
    const shapes = modelPresets.map((preset) => preset.spec).filter((spec) => spec.positions === 'learned')
    expect(shapes.length).toBe(9)
    for (const spec of shapes) {
      const { layers: L, hidden: h, vocabulary: v, maxPositions: s } = spec
      const formula = 12 * L * h ** 2 * (1 + 13 / (12 * h) + (v + s) / (12 * L * h))
      // the formula leaves out the final norm: 2h
      expect(parameterCount(spec).total).toBe(Math.round(formula) + 2 * h)
    }
  })

  test.each([
    ['llama-2-7b', 6_738_415_616],
    ['llama-2-13b', 13_015_864_320],
    ['llama-2-70b', 68_976_648_192],
    ['llama-3-8b', 8_030_261_248],
    ['llama-3-70b', 70_553_706_496],
    ['mixtral-8x7b', 46_702_792_704]
  ])('%s counts exactly as its released weights', (name, weights) => {
    expect(parameterCount(modelPreset(name).spec).total).toBe(weights)
  })

  test('Mixtral uses 12.9 billion weights for a token', () => {
    expect(parameterCount(modelPreset('mixtral-8x7b').spec).active / 1e9).toBeCloseTo(12.88, 2)
  })

  test('GShard 137B meets the total and active parameters of DeepSeekMoE Table 6', () => {
    const { total, active } = parameterCount(modelPreset('gshard-137b').spec)
    expect((total / 1e9).toFixed(1)).toBe('136.5')
    expect(Math.abs(active / 21.6e9 - 1)).toBeLessThan(0.005)
  })

  test('the approximated attention of DeepSeek-V3 costs what its notes say', () => {
    const { total, active } = parameterCount(modelPreset('deepseek-v3').spec)
    expect((total / 1e9).toFixed(1)).toBe('674.2')
    expect((active / 1e9).toFixed(1)).toBe('40.7')
    const { hidden, heads } = modelPreset('deepseek-v3').spec
    // real weights of one MLA block (arXiv 2412.19437 section 2.1.1): query and key-value latents, then the output
    const latent =
      hidden * 1536 + 1536 * heads * 192 + hidden * (512 + 64) + 512 * heads * 256 + heads * 128 * hidden + 1536 + 512
    const approximated = 2 * hidden * heads * 128 + 2 * hidden * 2 * 128
    expect((total - 61 * (approximated - latent)) / 1e9).toBeCloseTo(671.03, 2)
  })

  test('embedding, layers and the final norm add up to the total', () => {
    for (const { spec } of modelPresets) {
      const { total, embedding, perDenseLayer, perMoeLayer } = parameterCount(spec)
      const layers = Array.from({ length: spec.layers }, (_, index) =>
        isMoeLayer(spec, index) ? perMoeLayer : perDenseLayer
      )
      const finalNorm = spec.hidden * (spec.normalization === 'layernorm' ? 2 : 1)
      expect(layers.reduce((sum, weights) => sum + weights, embedding + finalNorm)).toBe(total)
    }
  })

  test('a dense model uses all its weights for every token and has no MoE layer', () => {
    const { spec } = modelPreset('gpt3-175b')
    const { total, active, perMoeLayer } = parameterCount(spec)
    expect(active).toBe(total)
    expect(perMoeLayer).toBe(0)
    expect(isMoeLayer(spec, 0)).toBe(false)
  })

  test('untying the head adds one token table, learned positions add one row each', () => {
    const base = { name: 'm', layers: 2, hidden: 8, heads: 2, vocabulary: 100, maxPositions: 16 }
    const count = (change: object): number => parameterCount(ModelSpec.parse({ ...base, ...change })).total
    expect(count({ tiedEmbeddings: false }) - count({ tiedEmbeddings: true })).toBe(100 * 8)
    expect(count({ positions: 'learned' }) - count({ positions: 'rotary' })).toBe(16 * 8)
    expect(count({ biases: true }) - count({ biases: false })).toBe(2 * 9 * 8)
    expect(count({ kvHeads: 2 }) - count({ kvHeads: 1 })).toBe(2 * (2 * 8 * 4 + 2 * 4))
    expect(count({ normalization: 'layernorm' }) - count({ normalization: 'rmsnorm' })).toBe(5 * 8)
  })

  test('MoE layers begin at firstLayer and come every everyLayers', () => {
    const moe = { experts: 4, topK: 2, expertHidden: 16, sharedExperts: 1, firstLayer: 1, everyLayers: 2 }
    const spec = ModelSpec.parse({ name: 'm', layers: 6, hidden: 8, heads: 2, vocabulary: 100, ffn: 'swiglu', moe })
    expect([-1, 0, 1, 2, 3, 4, 5, 6, 7, 1.5].filter((index) => isMoeLayer(spec, index))).toEqual([1, 3, 5])
    const { total, active, perMoeLayer } = parameterCount(spec)
    const expert = 3 * 8 * 16
    expect(perMoeLayer).toBe(4 * 8 * 8 + 2 * 8 + 8 * 4 + 5 * expert)
    expect(total - active).toBe(3 * 2 * expert)
  })
})
