import { gatherBound } from './gather-bound.ts'
import type { PackingEdge } from './tree-packing.ts'

/** For each node, `each` trees that lead from it to all others, as [from, to] steps outwards. */
export interface BroadcastPacking {
  readonly each: number
  readonly trees: readonly (readonly (readonly (readonly [from: number, to: number])[])[])[]
  /** Time to bring one unit of data, spread equally over the nodes, to all of them. */
  readonly time: number
}

const MOST_PER_NODE = 6
const SWEEPS = 8
const TOLERANCE = 0.01

/**
 * Packs broadcast trees from every node at once. Each tree grows over the least used arcs first, so that the narrow places come last, when
 * they can be entered from any side; trees over a full arc are grown anew. The least time is what the narrowest cut lets in (Edmonds'
 * branchings, as ForestColl 2402.06787 uses them); the time is found to 1%, upwards from that cut.
 */
export function packBroadcasts(nodes: number, edges: readonly PackingEdge[]): BroadcastPacking {
  if (nodes < 2) return { each: 1, trees: [], time: 0 }
  const into = new Float64Array(nodes)
  for (const { a, b, capacity } of edges) {
    into[a]! += capacity
    into[b]! += capacity
  }
  const all = into.reduce((sum, capacity) => sum + capacity, 0)
  const ofNodes = Math.max((nodes - 1) / all, ...Array.from(into, (capacity) => (nodes - 1) / nodes / capacity))
  // A few ends see the cut between two wafers; all are looked at only where that is not enough, for it takes longer than packing a plain mesh.
  let bound = gatherBound(nodes, edges, ofNodes, [0, nodes >> 1, nodes - 1])
  let found = packWithin(nodes, edges, bound)
  if (found === undefined) bound = gatherBound(nodes, edges, bound)
  // Cuts alone may not say it all: longer and longer steps until it fits, then halves of the last one.
  let failed = bound
  let fits = bound
  for (let step = TOLERANCE; found === undefined; step *= 2) {
    failed = fits
    fits = bound * (1 + step)
    found = packWithin(nodes, edges, fits)
  }
  while (fits > failed * (1 + TOLERANCE)) {
    const middle = (failed + fits) / 2
    const better = packWithin(nodes, edges, middle)
    if (better === undefined) failed = middle
    else {
      fits = middle
      found = better
    }
  }
  return found
}

/** A packing that takes at most 1% more than a time, with as few trees as may be. */
function packWithin(nodes: number, edges: readonly PackingEdge[], time: number): BroadcastPacking | undefined {
  for (let each = 1; each <= MOST_PER_NODE; each++) {
    const room = edges.map(({ capacity }) => Math.floor(time * (1 + TOLERANCE) * capacity * nodes * each + 1e-9))
    const packed = grow(nodes, edges, each, room)
    if (packed !== undefined) return { each, ...packed }
  }
  return undefined
}

function grow(
  nodes: number,
  edges: readonly PackingEdge[],
  each: number,
  room: readonly number[]
): Omit<BroadcastPacking, 'each'> | undefined {
  // Arc 2e leads from a to b of edge e, arc 2e + 1 back.
  const arcs = edges.flatMap(({ a, b }, edge) => [
    { from: a, to: b, room: room[edge]! },
    { from: b, to: a, room: room[edge]! }
  ])
  if (arcs.reduce((sum, arc) => sum + arc.room, 0) < each * nodes * (nodes - 1)) return undefined
  const load = new Int32Array(arcs.length)
  const chosen: number[][] = []
  const isFull = (arc: number): boolean => load[arc]! > arcs[arc]!.room
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let tree = 0; tree < each * nodes; tree++) {
      const before = chosen[tree]
      if (before !== undefined && !before.some(isFull)) continue
      for (const arc of before ?? []) load[arc]! -= 1
      chosen[tree] = broadcastTree(nodes, arcs, load, tree % nodes)
      for (const arc of chosen[tree]!) load[arc]! += 1
    }
    if (arcs.some((_, arc) => isFull(arc))) continue
    const trees = Array.from({ length: nodes }, (_node, root) =>
      Array.from({ length: each }, (_tree, part) =>
        chosen[part * nodes + root]!.map((arc) => [arcs[arc]!.from, arcs[arc]!.to] as const)
      )
    )
    const time = arcs.reduce(
      (worst, _, arc) => Math.max(worst, load[arc]! / edges[arc >> 1]!.capacity / (nodes * each)),
      0
    )
    return { trees, time }
  }
  return undefined
}

function broadcastTree(
  nodes: number,
  arcs: readonly { readonly from: number; readonly to: number; readonly room: number }[],
  load: Int32Array,
  root: number
): number[] {
  const depth = new Int32Array(nodes).fill(-1)
  depth[root] = 0
  const tree: number[] = []
  while (tree.length < nodes - 1) {
    let best = -1
    let bestUse = Infinity
    for (let arc = 0; arc < arcs.length; arc++) {
      const { from, to, room } = arcs[arc]!
      if (depth[from]! < 0 || depth[to]! >= 0) continue
      const use = (load[arc]! + 1) / (room + 1e-3)
      if (use > bestUse || (use === bestUse && depth[from]! >= depth[arcs[best]!.from]!)) continue
      best = arc
      bestUse = use
    }
    if (best < 0) throw new RangeError(`${arcs.length / 2} edges do not connect ${nodes} nodes`)
    const { from, to } = arcs[best]!
    depth[to] = depth[from]! + 1
    tree.push(best)
  }
  return tree
}
