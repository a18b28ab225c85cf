import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestTypes } from '../../src/core/policies/accpar-networks/best-types.ts'
import { networkVolume, type LayerNetwork } from '../../src/core/policies/accpar-networks/layer-network.ts'
import { releasedTypes } from '../../src/core/policies/accpar-networks/released-types.ts'
import { ACCPAR_TYPES, HYPAR_TYPES, type AccParType } from '../../src/core/policies/accpar-partition.ts'

const size = fc.integer({ min: 1, max: 1000 })
const layer = fc.record({ name: fc.constant('layer'), input: size, output: size, weights: size })
const chain: fc.Arbitrary<LayerNetwork> = fc
  .array(layer, { minLength: 1, maxLength: 7 })
  .map((layers) => ({ layers, feeders: layers.map((_, index) => (index > 0 ? [index - 1] : [])) }))

/** Any graph: every layer reads some of those before it, as residual blocks, parallel paths and parts that nobody joins do. */
const graph: fc.Arbitrary<LayerNetwork> = fc
  .array(fc.tuple(layer, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 })), { minLength: 1, maxLength: 6 })
  .map((pairs) => ({
    layers: pairs.map(([one]) => one),
    feeders: pairs.map(([, reads], index) => [...Array.from({ length: index }).keys()].filter((from) => reads[from]))
  }))

const allChoices = (count: number, types: readonly AccParType[]): AccParType[][] =>
  count === 0 ? [[]] : allChoices(count - 1, types).flatMap((before) => types.map((type) => [...before, type]))

const elements = (network: LayerNetwork, types: readonly AccParType[]): number => {
  const { intraElements, interElements } = networkVolume(network, types)
  return intraElements + interElements
}

const least = (network: LayerNetwork, types: readonly AccParType[]): number =>
  Math.min(...allChoices(network.layers.length, types).map((choice) => elements(network, choice)))

describe('the dynamic programme over networks', () => {
  for (const [name, arbitrary] of [
    ['chain', chain],
    ['graph', graph]
  ] as const)
    it(`finds on a ${name} what trying all types finds, with three types and with two`, () => {
      fc.assert(
        fc.property(arbitrary, (network) => {
          for (const types of [ACCPAR_TYPES, HYPAR_TYPES])
            expect(elements(network, bestTypes(network, types))).toBeCloseTo(least(network, types), 6)
        })
      )
    })

  it('never exchanges more with three types than with two', () => {
    fc.assert(
      fc.property(graph, (network) => {
        const [three, two] = [bestTypes(network, ACCPAR_TYPES), bestTypes(network, HYPAR_TYPES)]
        expect(elements(network, three)).toBeLessThanOrEqual(elements(network, two))
      })
    )
  })

  /** I, II, III and II, III, I exchange the same: the last layer's type decides. */
  const tied: LayerNetwork = {
    layers: [
      { name: 'layer', input: 81, output: 1, weights: 1 },
      { name: 'layer', input: 160, output: 161, weights: 486 },
      { name: 'layer', input: 650, output: 731, weights: 406 }
    ],
    feeders: [[], [0], [1]]
  }
  it('chooses on chains what the released code chooses, ties too', () => {
    fc.assert(
      fc.property(chain, (network) => {
        for (const types of [ACCPAR_TYPES, HYPAR_TYPES])
          expect(bestTypes(network, types)).toEqual(releasedTypes(network, types))
      }),
      { examples: [[tied]] }
    )
  })
})
