import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ACCPAR_TYPES,
  partitionLevel,
  volumeOf,
  type AccParLayer,
  type AccParType
} from '../../src/core/policies/accpar-partition.ts'

const size = fc.integer({ min: 1, max: 1000 })
const layer: fc.Arbitrary<AccParLayer> = fc.record({
  name: fc.constant('layer'),
  input: size,
  output: size,
  weights: size
})

const allChoices = (count: number): AccParType[][] =>
  count === 0 ? [[]] : allChoices(count - 1).flatMap((types) => ACCPAR_TYPES.map((type) => [...types, type]))

describe('the AccPar dynamic programme', () => {
  it('finds what trying all 3^n types of a chain finds', () => {
    fc.assert(
      fc.property(fc.array(layer, { minLength: 1, maxLength: 6 }), fc.integer({ min: 2, max: 7 }), (layers, factor) => {
        const best = Math.min(...allChoices(layers.length).map((types) => volumeOf(layers, factor, types)))
        expect(partitionLevel(layers, factor, () => ACCPAR_TYPES)!.volume).toBeCloseTo(best, 6)
      })
    )
  })

  it('only gives types that are allowed', () => {
    const some = fc.subarray([...ACCPAR_TYPES], { minLength: 1 })
    fc.assert(
      fc.property(fc.array(fc.tuple(layer, some), { minLength: 1, maxLength: 8 }), (pairs) => {
        const found = partitionLevel(
          pairs.map(([one]) => one),
          2,
          (index) => pairs[index]![1]
        )!
        expect(found.types.every((type, index) => pairs[index]![1].includes(type))).toBe(true)
      })
    )
  })
})
