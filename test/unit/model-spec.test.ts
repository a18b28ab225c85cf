import { describe, expect, test } from 'vitest'
import { parseInput, Problem } from '../../src/core/problem.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { parameterCount } from '../../src/core/workload/parameter-count.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const small = { name: 'small', layers: 4, hidden: 64, heads: 4, vocabulary: 1000 }

const refusal = (input: object): { path: string; message: string } => {
  try {
    parseInput(ModelSpec, input, 'model')
  } catch (error) {
    if (error instanceof Problem) return { path: error.path, message: error.message }
  }
  throw new Error('the model was accepted')
}

describe('model spec', () => {
  test('four numbers make a GPT: learned positions, tied head, layer norm, biases, 4h feed-forward', () => {
    expect(ModelSpec.parse(small)).toEqual({
      ...small,
      kvHeads: 4,
      headDimension: 16,
      ffnHidden: 256,
      ffn: 'gelu',
      maxPositions: 2048,
      positions: 'learned',
      tiedEmbeddings: true,
      normalization: 'layernorm',
      biases: true
    })
  })

  test('a gated feed-forward brings the conventions of the Llama family', () => {
    expect(ModelSpec.parse({ ...small, hidden: 96, ffn: 'swiglu' })).toMatchObject({
      ffnHidden: 256,
      positions: 'rotary',
      tiedEmbeddings: false,
      normalization: 'rmsnorm',
      biases: false
    })
  })

  test('what is stated beats every convention', () => {
    const stated = {
      tiedEmbeddings: true,
      biases: true,
      positions: 'learned',
      normalization: 'layernorm',
      ffnHidden: 7
    }
    expect(ModelSpec.parse({ ...small, ffn: 'swiglu', ...stated })).toMatchObject(stated)
  })

  test('an expert model gets no shared experts and experts in every layer unless it says otherwise', () => {
    const moe = { experts: 8, topK: 2, expertHidden: 32 }
    expect(ModelSpec.parse({ ...small, moe }).moe).toEqual({ ...moe, sharedExperts: 0, firstLayer: 0, everyLayers: 1 })
  })

  test('a parsed spec parses to itself', () => {
    const once = ModelSpec.parse({
      ...small,
      ffn: 'swiglu',
      kvHeads: 2,
      moe: { experts: 8, topK: 2, expertHidden: 32 }
    })
    expect(ModelSpec.parse(once)).toEqual(once)
  })

  test.each([
    ['heads that do not divide the width', { heads: 5 }, 'heads', /hidden 64 is not divisible by heads 5/],
    [
      'heads that are no multiple of the key heads',
      { kvHeads: 3 },
      'kvHeads',
      /heads 4 is not a multiple of kvHeads 3/
    ],
    ['more key heads than heads', { kvHeads: 8 }, 'kvHeads', /heads 4 is not a multiple of kvHeads 8/],
    [
      'more chosen experts than experts',
      { moe: { experts: 2, topK: 3, expertHidden: 8 } },
      'moe',
      /topK 3 .* experts 2/
    ],
    [
      'experts after the last layer',
      { moe: { experts: 2, topK: 1, expertHidden: 8, firstLayer: 4 } },
      'moe',
      /4 layers/
    ],
    ['no layers', { layers: 0 }, 'layers', /is 0/],
    ['an absurd depth', { layers: 1e9 }, 'layers', /10000/],
    ['a fraction', { hidden: 64.5 }, 'hidden', /64.5/],
    ['not a number', { vocabulary: Number.NaN }, 'vocabulary', /NaN/],
    ['a number in quotes', { hidden: '64' }, 'hidden', /"64"/]
  ])('%s is refused with its path', (_, change, path, message) => {
    const found = refusal({ ...small, ...change })
    expect(found.path).toBe(path)
    expect(found.message).toMatch(message)
  })

  test('a head dimension of its own frees the heads from dividing the width', () => {
    expect(ModelSpec.parse({ ...small, heads: 5, headDimension: 16 }).headDimension).toBe(16)
  })

  test('a misspelt field is refused with the one that was meant', () => {
    expect(refusal({ ...small, vocabulry: 3 }).message).toMatch(/did you mean 'vocabulary'/)
  })
})

describe('sequences longer than maxPositions', () => {
  const workloadOf = (changes: object, sequenceLength: number) =>
    buildWorkload(ModelSpec.parse({ ...small, ...changes }), TrainingSpec.parse({ globalBatch: 4, sequenceLength }))

  test('have no rows in a learned table, and the refusal names value, limit and fix', () => {
    expect(() => workloadOf({}, 2049)).toThrow(
      "sequences of 2049 tokens are longer than the learned position table of model 'small': its maxPositions is 2048; train on " +
        "2048 tokens at most, or give a model with maxPositions 2049 or positions 'rotary'"
    )
  })

  test('leave the parameters as the model states them, up to the limit', () => {
    const parameters = [1, 1024, 2048].map((length) => workloadOf({}, length).parameters)
    expect(parameters).toEqual(Array(3).fill(parameterCount(ModelSpec.parse(small)).total))
  })

  test('are no matter to rotary positions', () => {
    const rotary = { positions: 'rotary' }
    expect(workloadOf(rotary, 2 ** 17).parameters).toBe(workloadOf(rotary, 128).parameters)
  })
})
