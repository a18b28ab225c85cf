import type { PackingEdge } from './tree-packing.ts'

/** Capacities this small beside a unit of data are rounding. */
const NOTHING = 1e-9

/**
 * Nodes from which not everything can reach a sink in a time, when each holds 1/nodes of the data: the source side of a least cut (Ford &
 * Fulkerson; shortest augmenting paths, Edmonds & Karp 1972). Undefined where everything can.
 */
function heldBack(nodes: number, edges: readonly PackingEdge[], time: number, sink: number): Uint8Array | undefined {
  const arcs: { readonly to: number; room: number }[] = edges.flatMap(({ a, b, capacity }) => [
    { to: b, room: time * capacity },
    { to: a, room: time * capacity }
  ])
  // Arc i and i ^ 1 are the two directions of an edge.
  const out = Array.from({ length: nodes }, (): number[] => [])
  edges.forEach(({ a, b }, edge) => {
    out[a]!.push(2 * edge)
    out[b]!.push(2 * edge + 1)
  })
  const left = new Float64Array(nodes).fill(1 / nodes)
  left[sink] = 0
  for (;;) {
    const from = new Int32Array(nodes).fill(-1)
    const seen = new Uint8Array(nodes)
    const queue: number[] = []
    for (let node = 0; node < nodes; node++)
      if (left[node]! > NOTHING / nodes) {
        seen[node] = 1
        queue.push(node)
      }
    if (queue.length === 0) return undefined
    for (let head = 0; head < queue.length && seen[sink] === 0; head++)
      for (const arc of out[queue[head]!]!) {
        const { to, room } = arcs[arc]!
        if (seen[to] === 1 || room <= NOTHING / nodes) continue
        seen[to] = 1
        from[to] = arc
        queue.push(to)
      }
    if (seen[sink] === 0) return seen
    const path: number[] = []
    let start = sink
    for (; from[start]! >= 0; start = arcs[from[start]! ^ 1]!.to) path.push(from[start]!)
    const flow = path.reduce((least, arc) => Math.min(least, arcs[arc]!.room), left[start]!)
    left[start]! -= flow
    for (const arc of path) {
      arcs[arc]!.room -= flow
      arcs[arc ^ 1]!.room += flow
    }
  }
}

/**
 * Time in which every node can be brought one unit of data that is spread equally over all of them, by the narrowest cut: what lies outside it
 * over the capacity that leads in. Found from below, cut by cut (Dinkelbach 1967).
 * @param time that is known to be too short, or just enough
 * @param sinks that are looked at: cuts around others are not seen
 */
export function gatherBound(
  nodes: number,
  edges: readonly PackingEdge[],
  time: number,
  sinks: Iterable<number> = Array(nodes).keys()
): number {
  let bound = time
  for (const sink of sinks)
    for (;;) {
      const outside = heldBack(nodes, edges, bound, sink)
      if (outside === undefined) break
      const held = outside.reduce((sum, one) => sum + one, 0) / nodes
      const capacity = edges.reduce((sum, { a, b, capacity: own }) => sum + (outside[a] === outside[b] ? 0 : own), 0)
      const longer = held / capacity
      if (!(longer > bound * (1 + NOTHING))) break
      bound = longer
    }
  return bound
}
