import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packBroadcasts } from '../../src/core/simulator/collectives/broadcast-packing.ts'
import { gatherBound } from '../../src/core/simulator/collectives/gather-bound.ts'
import type { PackingEdge } from '../../src/core/simulator/collectives/tree-packing.ts'

/** Connected graphs of a few nodes: a path with further edges. */
const graphs = fc.integer({ min: 2, max: 7 }).chain((nodes) =>
  fc.record({
    nodes: fc.constant(nodes),
    path: fc.array(fc.constantFrom(0.1, 0.5, 1), { minLength: nodes - 1, maxLength: nodes - 1 }),
    more: fc.array(
      fc.record({
        a: fc.nat({ max: nodes - 1 }),
        b: fc.nat({ max: nodes - 1 }),
        capacity: fc.constantFrom(0.1, 0.5, 1)
      }),
      { maxLength: 6 }
    )
  })
)

/** What must enter every set of nodes over the capacity that leads in, by looking at all of them. */
function worstCut(nodes: number, edges: readonly PackingEdge[]): number {
  let worst = 0
  for (let set = 1; set < 2 ** nodes - 1; set++) {
    const has = (node: number): boolean => (set & (1 << node)) !== 0
    const outside = Array.from({ length: nodes }, (_, node) => node).filter((node) => !has(node)).length
    const capacity = edges.reduce((sum, { a, b, capacity: own }) => sum + (has(a) === has(b) ? 0 : own), 0)
    worst = Math.max(worst, outside / nodes / capacity)
  }
  return worst
}

describe('a gather over wires of unequal width', () => {
  it('takes at least what the narrowest of all cuts lets in, and packed trees take little more', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, path, more }) => {
        const edges = [
          ...path.map((capacity, node) => ({ a: node, b: node + 1, capacity })),
          ...more.filter(({ a, b }) => a !== b)
        ]
        const bound = gatherBound(nodes, edges, 0)
        expect(bound).toBeCloseTo(worstCut(nodes, edges), 6)
        expect(packBroadcasts(nodes, edges).time).toBeGreaterThanOrEqual(bound * (1 - 1e-6))
      })
    )
  })

  it('crosses from wafer to wafer as fast as their edges let it', () => {
    // Four wafers of 6 x 8 in a column, joined by one wire each: three quarters of all must enter the last one.
    const [wafers, rows, columns] = [4, 6, 8]
    const nodes = wafers * rows * columns
    const edges = Array.from({ length: nodes }, (_, node): PackingEdge[] => {
      const [row, column] = [Math.floor(node / columns), node % columns]
      const joins = (row + 1) % rows > 0 || (column === 0 && row + 1 < wafers * rows)
      return [
        ...(column + 1 < columns ? [{ a: node, b: node + 1, capacity: 1 }] : []),
        ...(joins ? [{ a: node, b: node + columns, capacity: 1 }] : [])
      ]
    }).flat()
    expect(packBroadcasts(nodes, edges).time / (3 / 4)).toBeLessThan(1.02)
  })
})
