/** An undirected edge; `capacity` in any one unit. */
export interface PackingEdge {
  readonly a: number
  readonly b: number
  readonly capacity: number
}

/** Spanning trees of equal weight, as lists of edge numbers. */
export interface TreePacking {
  readonly trees: readonly (readonly number[])[]
  /** Time of one unit of data, an equal part of it over every tree: the largest load/capacity divided by the trees. */
  readonly time: number
  /** No packing takes less: parts of a partition less one over the capacity between them, the worst found (Nash-Williams 1961). */
  readonly bound: number
  /** That partition: the part each node belongs to. */
  readonly part: Int32Array
}

/** More trees bring the time closer to the bound, and cost more to find and more flows to run. */
const MOST_TREES = 64
/** How far above the bound a packing may be. */
const TOLERANCE = 0.01

/**
 * Packs spanning trees so that one unit of data, cut into equal parts that each use one tree, loads no edge longer than within 1% of the
 * least time there is. Exact for a number of trees by augmenting paths in the union of graphic matroids (Edmonds 1965): where they fail,
 * the edges they reached lie between the parts of a partition that gives a higher bound. Takes the smallest number of trees that does.
 * @throws RangeError when the edges do not connect the nodes
 */
export function packSpanningTrees(nodes: number, edges: readonly PackingEdge[]): TreePacking {
  let part: Int32Array = Int32Array.from({ length: nodes }, (_, node) => node)
  if (nodes < 2) return { trees: [], time: 0, bound: 0, part }
  const total = edges.reduce((sum, { capacity }) => sum + capacity, 0)
  let bound = (nodes - 1) / total
  for (let tolerance = TOLERANCE; tolerance < 1e3; tolerance *= 2)
    for (let count = 1; count <= MOST_TREES; count++) {
      const copies = Int32Array.from(edges, ({ capacity }) =>
        Math.floor(count * bound * (1 + tolerance) * capacity + 1e-9)
      )
      if (copies.reduce((sum, copy) => sum + copy, 0) < count * (nodes - 1)) continue
      const packed = packInto(nodes, edges, count, copies)
      if ('trees' in packed) return { trees: packed.trees, time: timeOf(edges, packed.trees), bound, part }
      const between = edges.filter(({ a, b }) => packed.part[a] !== packed.part[b])
      const higher = Math.max(...packed.part) / between.reduce((sum, { capacity }) => sum + capacity, 0)
      if (higher > bound * (1 + 1e-9)) {
        bound = higher
        part = packed.part
        count = 0
      }
    }
  throw new RangeError(`${edges.length} edges do not connect ${nodes} nodes`)
}

function timeOf(edges: readonly PackingEdge[], trees: readonly (readonly number[])[]): number {
  const load = new Float64Array(edges.length)
  for (const tree of trees) for (const edge of tree) load[edge]! += 1 / trees.length
  return edges.reduce((worst, { capacity }, edge) => Math.max(worst, load[edge]! / capacity), 0)
}

type Packed = { readonly trees: readonly (readonly number[])[] } | { readonly part: Int32Array }

/** `count` spanning trees that use edge e at most copies[e] times, or the partition that forbids them. */
function packInto(nodes: number, edges: readonly PackingEdge[], count: number, copies: Int32Array): Packed {
  const load = new Int32Array(edges.length)
  const middle = middleOf(nodes, edges)
  const trees = Array.from({ length: count }, () => lightTree(nodes, edges, middle, load, copies))
  for (;;) {
    const overloaded = edges.flatMap((_, edge) => (load[edge]! > copies[edge]! ? [edge] : []))
    if (overloaded.length === 0) return { trees: trees.map((tree) => [...tree.edges]) }
    const reached = relieve(nodes, edges, trees, load, copies, overloaded)
    if (reached !== undefined)
      return {
        part: components(
          nodes,
          edges.filter((_, edge) => reached[edge] === 0)
        )
      }
  }
}

/** Steps from a node to all others; -1 where there is no way. */
function distancesFrom(nodes: number, neighbours: readonly (readonly number[])[], start: number): Int32Array {
  const distance = new Int32Array(nodes).fill(-1)
  distance[start] = 0
  const queue = [start]
  for (let head = 0; head < queue.length; head++)
    for (const node of neighbours[queue[head]!]!) {
      if (distance[node]! >= 0) continue
      distance[node] = distance[queue[head]!]! + 1
      queue.push(node)
    }
  return distance
}

/** A node from which the farthest one is nearest. */
function middleOf(nodes: number, edges: readonly PackingEdge[]): number {
  const neighbours = neighboursOf(nodes, edges)
  const farthest = neighbours.map((_, node) => Math.max(...distancesFrom(nodes, neighbours, node)))
  return farthest.indexOf(Math.min(...farthest))
}

function neighboursOf(nodes: number, edges: readonly PackingEdge[]): readonly (readonly number[])[] {
  const neighbours = Array.from({ length: nodes }, (): number[] => [])
  for (const { a, b } of edges) {
    neighbours[a]!.push(b)
    neighbours[b]!.push(a)
  }
  return neighbours
}

/** A tree and, for each node, when a walk down from node 0 enters it and leaves what hangs below it. */
interface Tree {
  readonly edges: Set<number>
  enter: Int32Array
  leave: Int32Array
}

function walkThrough(nodes: number, edges: readonly PackingEdge[], tree: ReadonlySet<number>): Omit<Tree, 'edges'> {
  const neighbours = neighboursOf(
    nodes,
    Array.from(tree, (edge) => edges[edge]!)
  )
  const enter = new Int32Array(nodes).fill(-1)
  const leave = new Int32Array(nodes)
  let clock = 0
  const visit = (node: number): void => {
    enter[node] = clock++
    for (const next of neighbours[node]!) if (enter[next]! < 0) visit(next)
    leave[node] = clock
  }
  visit(0)
  return { enter, leave }
}

/** A spanning tree of little used edges, shallow from a node among equals; added to the load. */
function lightTree(
  nodes: number,
  edges: readonly PackingEdge[],
  root: number,
  load: Int32Array,
  copies: Int32Array
): Tree {
  const tree = new Set<number>()
  const depth = new Int32Array(nodes).fill(-1)
  depth[root] = 0
  while (tree.size < nodes - 1) {
    let best = -1
    let bestUse = Infinity
    let bestDepth = Infinity
    for (let edge = 0; edge < edges.length; edge++) {
      const { a, b } = edges[edge]!
      if (depth[a]! < 0 === depth[b]! < 0) continue
      const use = load[edge]! / (copies[edge]! + 1e-3)
      const depthOfEdge = Math.max(depth[a]!, depth[b]!)
      if (use > bestUse || (use === bestUse && depthOfEdge >= bestDepth)) continue
      best = edge
      bestUse = use
      bestDepth = depthOfEdge
    }
    if (best < 0) throw new RangeError(`${edges.length} edges do not connect ${nodes} nodes`)
    const { a, b } = edges[best]!
    depth[depth[a]! < 0 ? a : b] = bestDepth + 1
    tree.add(best)
    load[best]! += 1
  }
  return { edges: tree, ...walkThrough(nodes, edges, tree) }
}

/**
 * Moves one use from an overloaded edge to one with room by the shortest chain of exchanges inside trees, a shortest one because only
 * then all exchanges together leave trees. Otherwise answers the edges reached, all of them full.
 */
function relieve(
  nodes: number,
  edges: readonly PackingEdge[],
  trees: readonly Tree[],
  load: Int32Array,
  copies: Int32Array,
  overloaded: readonly number[]
): Uint8Array | undefined {
  const reached = new Uint8Array(edges.length)
  const cause = new Int32Array(edges.length).fill(-1)
  const inTree = new Int32Array(edges.length)
  for (const edge of overloaded) reached[edge] = 1
  const queue = [...overloaded]
  for (let head = 0; head < queue.length; head++) {
    const out = queue[head]!
    const { a: end, b: otherEnd } = edges[out]!
    for (const [number, { edges: tree, enter, leave }] of trees.entries()) {
      if (!tree.has(out)) continue
      // Without `out` the tree falls apart into what hangs below it and the rest.
      const below = enter[end]! > enter[otherEnd]! ? end : otherEnd
      const [first, last] = [enter[below]!, leave[below]!]
      for (let edge = 0; edge < edges.length; edge++) {
        if (reached[edge] === 1) continue
        const [a, b] = [enter[edges[edge]!.a]!, enter[edges[edge]!.b]!]
        if ((a >= first && a < last) === (b >= first && b < last)) continue
        reached[edge] = 1
        cause[edge] = out
        inTree[edge] = number
        if (load[edge]! >= copies[edge]!) {
          queue.push(edge)
          continue
        }
        load[edge]! += 1
        let into = edge
        for (; cause[into]! >= 0; into = cause[into]!) {
          const changed = trees[inTree[into]!]!
          changed.edges.add(into)
          changed.edges.delete(cause[into]!)
        }
        load[into]! -= 1
        for (into = edge; cause[into]! >= 0; into = cause[into]!) {
          const changed = trees[inTree[into]!]!
          Object.assign(changed, walkThrough(nodes, edges, changed.edges))
        }
        return undefined
      }
    }
  }
  return reached
}

/** The part each node belongs to, from 0. */
function components(nodes: number, edges: readonly PackingEdge[]): Int32Array {
  const neighbours = neighboursOf(nodes, edges)
  const part = new Int32Array(nodes).fill(-1)
  let parts = 0
  for (let node = 0; node < nodes; node++) {
    if (part[node]! >= 0) continue
    distancesFrom(nodes, neighbours, node).forEach((distance, reached) => {
      if (distance >= 0) part[reached] = parts
    })
    parts++
  }
  return part
}
