import { describe, expect, it } from 'vitest'
import {
  ACCPAR_TYPES,
  HYPAR_TYPES,
  conversionVolume,
  cutLayer,
  partialSumVolume,
  partitionHierarchy,
  partitionLevel,
  volumeOf,
  type AccParLayer
} from '../../src/core/policies/accpar-partition.ts'

const fullyConnected = (batch: number, input: number, output: number): AccParLayer => ({
  name: `fc ${input}x${output}`,
  input: batch * input,
  output: batch * output,
  weights: input * output
})

describe('AccPar volumes between two groups', () => {
  it('has the conversion table of the paper, with A(F) = A(E) = 1', () => {
    const table = ACCPAR_TYPES.map((from) => ACCPAR_TYPES.map((to) => conversionVolume(from, to, 1, 2)))
    expect(table).toEqual([
      [0, 1 / 4 + 1 / 4, 1 / 2],
      [1 / 2, 1 / 2, 0],
      [1 / 4 + 1 / 4, 0, 1 / 2]
    ])
  })

  it('exchanges partial sums of dW, F_out and E_in', () => {
    const layer = fullyConnected(8, 16, 32)
    expect(ACCPAR_TYPES.map((type) => partialSumVolume(layer, type, 2))).toEqual([16 * 32, 8 * 32, 8 * 16])
    expect(partialSumVolume(layer, 'II', 7)).toBe(6 * 8 * 32)
  })

  it('lets column cut, head cut and row cut follow each other for one sum, as Megatron does', () => {
    expect(conversionVolume('III', 'heads', 100, 2) + conversionVolume('heads', 'II', 100, 2)).toBe(0)
    expect(partialSumVolume(fullyConnected(8, 16, 16), 'heads', 2)).toBe(0)
  })

  it('makes every part need what all lack as the groups grow: one of f blocks is at home', () => {
    expect(conversionVolume('II', 'I', 60, 5)).toBeCloseTo(60 * (4 / 5), 12)
    expect(conversionVolume('I', 'II', 60, 5)).toBeCloseTo(2 * 60 * (4 / 25), 12)
  })

  it('cuts the tensors that a type cuts and leaves the third whole', () => {
    const layer = { ...fullyConnected(8, 16, 32), kept_B: { input: 10, output: 20, weights: 30 } }
    expect(cutLayer(layer, 'I', 2)).toMatchObject({ input: 64, output: 128, weights: 512 })
    expect(cutLayer(layer, 'II', 2)).toMatchObject({ input: 64, output: 256, weights: 256 })
    expect(cutLayer(layer, 'III', 2)).toMatchObject({ input: 128, output: 128, weights: 256 })
    expect(cutLayer(layer, 'III', 2).kept_B).toEqual({ input: 10, output: 10, weights: 15 })
  })
})

describe('AccPar partition of a chain', () => {
  it('cuts a small layer with a large batch by type I and a large layer with a small batch by II or III', () => {
    const many = partitionLevel([fullyConnected(4096, 64, 64)], 2, () => ACCPAR_TYPES)!
    expect(many).toMatchObject({ types: ['I'], volume: 64 * 64 })
    const few = partitionLevel([fullyConnected(2, 4096, 1024), fullyConnected(2, 1024, 4096)], 2, () => ACCPAR_TYPES)!
    expect(few.types).toEqual(['II', 'III'])
    expect(few.volume).toBe(2 * 1024 + 2 * 1024)
  })

  it('halves the batch until the channels are cheaper, then the channels until the batch is', () => {
    // Two layers cost 2 x 48 x 96 elements by type I and, as III then II, 2 x batch x 48 of what is left of each.
    const layers = [fullyConnected(128, 48, 96), fullyConnected(128, 96, 48)]
    const levels = partitionHierarchy(layers, [2, 2, 2], () => ACCPAR_TYPES)
    expect(levels.map(({ types }) => types)).toEqual([
      ['I', 'I'],
      ['III', 'II'],
      ['I', 'I']
    ])
    expect(levels.map(({ volume }) => volume)).toEqual([2 * 48 * 96, 2 * 64 * 48, 2 * 48 * 48])
  })

  it('never exchanges less with the two types of HyPar than with all three', () => {
    const layers = [fullyConnected(2, 4096, 1024), fullyConnected(2, 1024, 4096)]
    const two = partitionLevel(layers, 2, () => HYPAR_TYPES)!
    const three = partitionLevel(layers, 2, () => ACCPAR_TYPES)!
    expect(two.volume).toBeGreaterThan(three.volume)
  })

  it('charges a shortcut like a boundary of its own', () => {
    const layers = [fullyConnected(4, 8, 8), fullyConnected(4, 8, 8), fullyConnected(4, 8, 8)]
    const shortcuts = new Map([[2, [0]]])
    const types = ['II', 'III', 'II'] as const
    expect(volumeOf(layers, 2, types, shortcuts) - volumeOf(layers, 2, types)).toBe(conversionVolume('II', 'II', 32, 2))
    expect(partitionLevel(layers, 2, () => ACCPAR_TYPES, { shortcuts })!.volume).toBeGreaterThanOrEqual(
      partitionLevel(layers, 2, () => ACCPAR_TYPES)!.volume
    )
  })

  it('keeps fewer bytes and exchanges more elements when bytes have a price', () => {
    const layer = { ...fullyConnected(4096, 64, 64), kept_B: { input: 1, output: 1, weights: 1e6 } }
    const priced = partitionLevel([layer], 2, () => ACCPAR_TYPES, { elementsPerByte: 1 })!
    expect(priced.types).toEqual(['II'])
    expect(priced.volume).toBeGreaterThan(partitionLevel([layer], 2, () => ACCPAR_TYPES)!.volume)
  })

  it('stops where a layer has no type left', () => {
    const levels = partitionHierarchy([fullyConnected(4, 8, 8)], [2, 3], (_layer, level) => (level === 0 ? ['I'] : []))
    expect(levels).toHaveLength(1)
  })
})
