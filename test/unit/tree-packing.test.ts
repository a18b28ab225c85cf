import { describe, expect, it } from 'vitest'
import { packBroadcasts } from '../../src/core/simulator/collectives/broadcast-packing.ts'
import { packSpanningTrees, type PackingEdge } from '../../src/core/simulator/collectives/tree-packing.ts'

const mesh = (rows: number, columns: number, vertical = 1): readonly PackingEdge[] =>
  Array.from({ length: rows * columns }, (_, a) => a).flatMap((a) => [
    ...((a + 1) % columns === 0 ? [] : [{ a, b: a + 1, capacity: 1 }]),
    ...(a + columns < rows * columns ? [{ a, b: a + columns, capacity: vertical }] : [])
  ])

/** Nodes reached from the first one over a tree's edges. */
function reached(tree: readonly number[], edges: readonly PackingEdge[]): number {
  const seen = new Set([0])
  for (let before = 0; before < seen.size;) {
    before = seen.size
    for (const edge of tree) {
      const { a, b } = edges[edge]!
      if (seen.has(a) || seen.has(b)) seen.add(a).add(b)
    }
  }
  return seen.size
}

describe('packed spanning trees', () => {
  it.each([
    [6, 8, 1, 47 / 82],
    [8, 8, 1, 63 / 112],
    [7, 8, 1, 55 / 97],
    // Columns cost (rows - 1) parts of 5 wires at a tenth: the partition into rows is tighter than that into dies.
    [4, 5, 0.1, 1 / 0.5],
    [12, 14, 1, 167 / 310]
  ])('of a %i x %i mesh, vertical wires of %f, span it within 1% of the bound', (rows, columns, vertical, bound) => {
    const edges = mesh(rows, columns, vertical)
    const packing = packSpanningTrees(rows * columns, edges)
    expect(packing.bound).toBeCloseTo(bound, 9)
    expect(packing.time).toBeGreaterThanOrEqual(bound * (1 - 1e-9))
    expect(packing.time).toBeLessThanOrEqual(bound * 1.01)
    expect(packing.trees.length).toBeLessThanOrEqual(64)
    for (const tree of packing.trees) {
      expect(tree).toHaveLength(rows * columns - 1)
      expect(reached(tree, edges)).toBe(rows * columns)
    }
  })

  it('name the partition that holds them back', () => {
    // Two triangles joined by one wire.
    const pairs = [[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5], [2, 3]] as const // prettier-ignore
    const edges = pairs.map(([a, b]) => ({ a, b, capacity: 1 }))
    const { bound, time, part } = packSpanningTrees(6, edges)
    expect([bound, time]).toEqual([1, 1])
    expect(Array.from(part)).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('are the same each time', () => {
    expect(packSpanningTrees(48, mesh(6, 8))).toEqual(packSpanningTrees(48, mesh(6, 8)))
    expect(packBroadcasts(20, mesh(4, 5))).toEqual(packBroadcasts(20, mesh(4, 5)))
  })

  it('are refused where edges do not connect', () => {
    expect(() => packSpanningTrees(3, [{ a: 0, b: 1, capacity: 1 }])).toThrow(/do not connect 3 nodes/)
    expect(() => packBroadcasts(3, [{ a: 0, b: 1, capacity: 1 }])).toThrow(/do not connect 3 nodes/)
  })
})

describe('packed broadcasts', () => {
  it.each([
    [2, 2],
    [3, 3],
    [6, 8],
    [1, 8]
  ])('of a %i x %i mesh let as much in as a corner does', (rows, columns) => {
    const nodes = rows * columns
    const { trees, time } = packBroadcasts(nodes, mesh(rows, columns))
    const corner = (rows > 1 ? 1 : 0) + (columns > 1 ? 1 : 0)
    expect(time).toBeCloseTo((nodes - 1) / nodes / corner, 9)
    trees.forEach((own, root) => {
      for (const tree of own) {
        const seen = new Set([root])
        for (const [from, to] of tree) {
          expect(seen.has(from) && !seen.has(to)).toBe(true)
          seen.add(to)
        }
        expect(seen.size).toBe(nodes)
      }
    })
  })
})
