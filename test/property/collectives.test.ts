import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  algorithmsFor,
  collectiveAlgorithms,
  collectiveSteps
} from '../../src/core/simulator/collectives/algorithms.ts'
import { collectiveBound_s, cutBound_s, treeBound_s } from '../../src/core/simulator/collectives/bounds.ts'
import type { CollectiveGroup } from '../../src/core/simulator/collectives/collective.ts'
import { runSteps } from '../../src/core/simulator/network/run-steps.ts'
import { groupOf, LINK_Bps, meshOf } from '../fixtures/collective-networks.ts'
import { faultOf } from '../fixtures/run-symbolically.ts'

const kind = fc.constantFrom('all-reduce', 'all-gather', 'reduce-scatter', 'all-to-all')
const side = fc.integer({ min: 1, max: 8 })
const bytes = fc.double({ min: 1, max: 1e12, noNaN: true })

describe('any collective', () => {
  it('never beats a cut or all links together, whatever the mesh, the size and the algorithm', () => {
    fc.assert(
      fc.property(side, side, bytes, kind, (rows, columns, V, what) => {
        const network = meshOf(rows, columns)
        const group = groupOf(rows, columns)
        const least = collectiveBound_s(network, group, V, what) * (1 - 1e-9)
        for (const name of algorithmsFor(network, group, what))
          expect(runSteps(network, collectiveSteps(network, group, V, what, name)).time_s).toBeGreaterThanOrEqual(least)
      }),
      { numRuns: 60 }
    )
  })

  it('brings every element to who wants it and obeys the bounds, on any dies of a mesh with dead ones', () => {
    const dies = fc.record({
      rows: fc.integer({ min: 2, max: 5 }),
      columns: fc.integer({ min: 2, max: 5 }),
      dead: fc.integer({ min: 0, max: 24 }),
      chosen: fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
      what: kind
    })
    fc.assert(
      fc.property(dies, ({ rows, columns, dead, chosen, what }) => {
        // A corner's loss never cuts a mesh in two; nor does another die's where both sides are at least 3.
        const lost = rows > 2 && columns > 2 ? dead % (rows * columns) : 0
        const network = meshOf(rows, columns, { deadDies: [lost] })
        const members = Array.from({ length: rows * columns }, (_, die) => die).filter((die) => chosen[die])
        if (members.length === 0) return
        const group: CollectiveGroup = { members, columns: members.length }
        const least = collectiveBound_s(network, group, LINK_Bps, what) * (1 - 1e-9)
        for (const name of algorithmsFor(network, group, what)) {
          const collective = collectiveAlgorithms[name].build(network, group, what)
          expect(
            faultOf(
              collective,
              members.filter((die) => die !== lost)
            )
          ).toBeUndefined()
          const time_s = runSteps(network, collectiveSteps(network, group, LINK_Bps, what, name)).time_s
          expect(time_s).toBeGreaterThanOrEqual(least)
        }
      }),
      { numRuns: 100 }
    )
  })

  it('is cut into pieces that are the whole tensor, and turns only pieces of equal share', () => {
    fc.assert(
      fc.property(side, side, kind, (rows, columns, what) => {
        const network = meshOf(rows, columns)
        const group = groupOf(rows, columns)
        for (const name of algorithmsFor(network, group, what)) {
          const { pieces, phases } = collectiveAlgorithms[name].build(network, group, what)
          const sent = pieces.reduce((sum, { share }) => sum + share, 0)
          // An all-to-all's pieces are what all dies send, but for what each keeps.
          expect(sent).toBeCloseTo(what === 'all-to-all' ? rows * columns - 1 : 1, 9)
          for (const { turn } of phases)
            turn?.forEach((to, from) => expect(pieces[to]!.share).toBe(pieces[from]!.share))
        }
      }),
      { numRuns: 30 }
    )
  })
})

describe('bounds', () => {
  it('are the corner, the middle cut and (N-1)/E on a mesh', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 8 }), (rows, columns) => {
        const network = meshOf(rows, columns)
        const group = groupOf(rows, columns)
        const N = rows * columns
        const E = rows * (columns - 1) + columns * (rows - 1)
        const half = (length: number): number => (Math.floor(length / 2) * Math.ceil(length / 2)) / length
        expect(treeBound_s(network, group, LINK_Bps, 'all-reduce')).toBeCloseTo((N - 1) / E, 9)
        expect(cutBound_s(network, group, LINK_Bps, 'all-reduce')).toBeCloseTo(1 / 2, 9)
        expect(cutBound_s(network, group, LINK_Bps, 'all-gather')).toBeCloseTo((N - 1) / N / 2, 9)
        expect(cutBound_s(network, group, LINK_Bps, 'reduce-scatter')).toBeCloseTo((N - 1) / N / 2, 9)
        expect(cutBound_s(network, group, LINK_Bps, 'all-to-all')).toBeCloseTo(
          Math.max(half(rows), half(columns), (N - 1) / N / 2),
          9
        )
      }),
      { numRuns: 30 }
    )
  })
})
