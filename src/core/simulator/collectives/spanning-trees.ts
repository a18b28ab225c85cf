import type { Network } from '../network/network.ts'
import { packBroadcasts, type BroadcastPacking } from './broadcast-packing.ts'
import { ALL, type Collective, type CollectiveGroup, type CollectiveKind, type Hop, type Phase } from './collective.ts'
import { fromGather, ownedPieces, type GatherPhases } from './compose.ts'
import { hasOwnWires, memberGraph } from './member-graph.ts'
import { living } from './members.ts'
import { packSpanningTrees, type PackingEdge, type TreePacking } from './tree-packing.ts'

/** Graphs of the same shape are packed once, wherever they lie. */
const memoised = <Packing>(pack: (nodes: number, edges: readonly PackingEdge[]) => Packing) => {
  const known = new Map<string, Packing>()
  return (nodes: number, edges: readonly PackingEdge[]): Packing => {
    const key = `${nodes}:${edges.map(({ a, b, capacity }) => `${a},${b},${capacity}`).join(';')}`
    const found = known.get(key) ?? pack(nodes, edges)
    known.set(key, found)
    return found
  }
}

const treePacking = memoised<TreePacking>(packSpanningTrees)
const broadcastPacking = memoised<BroadcastPacking>(packBroadcasts)

/** Capacities relative to the largest one, rounded so that equal ones stay equal. */
function packingEdges(network: Network, members: readonly number[]): readonly PackingEdge[] {
  const edges = memberGraph(network, members)
  const largest = Math.max(...edges.map(({ capacity_Bps }) => capacity_Bps))
  return edges.map(({ a, b, capacity_Bps }) => ({ a, b, capacity: Number((capacity_Bps / largest).toFixed(9)) }))
}

/** The partition of the living members that lets an all-reduce over their own wires take longest; every member alone when unsure. */
export function worstPartition(network: Network, group: CollectiveGroup): readonly (readonly number[])[] {
  const members = living(network, group)
  if (!hasOwnWires(network, group)) return members.map((member) => [member])
  const { part } = treePacking(members.length, packingEdges(network, members))
  return Array.from({ length: Math.max(...part) + 1 }, (_, number) =>
    members.filter((_member, index) => part[index] === number)
  )
}

/** A tree as steps outwards from the middle of its longest path. */
function fromItsMiddle(nodes: number, edges: readonly PackingEdge[], tree: readonly number[]): readonly Hop[] {
  const neighbours = Array.from({ length: nodes }, (): number[] => [])
  for (const edge of tree) {
    neighbours[edges[edge]!.a]!.push(edges[edge]!.b)
    neighbours[edges[edge]!.b]!.push(edges[edge]!.a)
  }
  const walk = (root: number): readonly Hop[] => {
    const hops: Hop[] = []
    const seen = new Uint8Array(nodes)
    seen[root] = 1
    const queue = [root]
    for (let head = 0; head < queue.length; head++)
      for (const to of neighbours[queue[head]!]!) {
        if (seen[to] === 1) continue
        seen[to] = 1
        queue.push(to)
        hops.push({ from: queue[head]!, to, adds: false })
      }
    return hops
  }
  // The last node of a walk in order of depth is one of the farthest.
  const end = walk(0).at(-1)!.to
  const across = walk(end)
  const parent = new Map(across.map(({ from, to }) => [to, from]))
  const path = [across.at(-1)!.to]
  while (path.at(-1) !== end) path.push(parent.get(path.at(-1)!)!)
  return walk(path[path.length >> 1]!)
}

/** Gathers over broadcast trees from every member; what a member holds is dealt to its trees in turn. */
export const treeGather =
  (network: Network): GatherPhases =>
  (members, held): readonly Phase[] => {
    if (members.length === 1) return []
    const { trees } = broadcastPacking(members.length, packingEdges(network, members))
    const streams = trees.flatMap((own, root) =>
      own.map((steps, part) => ({
        pieces: held[root]!.filter((_, index) => index % own.length === part),
        hops: steps.map(([from, to]) => ({ from: members[from]!, to: members[to]!, adds: false }))
      }))
    )
    return [{ streams, times: 1 }]
  }

/** Trees that `treeGather` deals each member's pieces to. */
export const treesPerMember = (network: Network, members: readonly number[]): number =>
  members.length === 1 ? 1 : broadcastPacking(members.length, packingEdges(network, members)).each

/**
 * All-reduce over packed spanning trees, an equal part of the tensor up and down each: the optimum within 1%, V x (parts - 1)/capacity
 * between them for the worst partition (Nash-Williams; Near-optimal wafer-scale reduce 2404.15888, ForestColl 2402.06787). The two
 * directions of an edge carry the sum up and the result down. Gathers over packed broadcast trees, as fast as the narrowest cut lets in.
 */
export function spanningTrees(
  network: Network,
  group: CollectiveGroup,
  kind: Exclude<CollectiveKind, 'all-to-all'>
): Collective {
  const members = living(network, group)
  if (kind !== 'all-reduce') {
    const each = treesPerMember(network, members)
    const { pieces, held } = ownedPieces(members, each)
    return fromGather(kind, pieces, treeGather(network)(members, held))
  }
  const edges = packingEdges(network, members)
  const { trees } = treePacking(members.length, edges)
  const streams = trees.map((tree, piece) => {
    const down = fromItsMiddle(members.length, edges, tree).map(({ from, to, adds }) => ({
      from: members[from]!,
      to: members[to]!,
      adds
    }))
    const up = down.map(({ from, to }) => ({ from: to, to: from, adds: true })).toReversed()
    return { pieces: [piece], hops: [...up, ...down] }
  })
  return {
    pieces: trees.map(() => ({ share: 1 / trees.length, from: ALL, to: ALL })),
    phases: [{ streams, times: 1 }]
  }
}
