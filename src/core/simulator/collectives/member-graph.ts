import type { Network } from '../network/network.ts'
import type { CollectiveGroup } from './collective.ts'
import { living } from './members.ts'

/** A pair of members whose routes, both ways, meet no other member and no link of another such pair. Members by index. */
export interface MemberEdge {
  readonly a: number
  readonly b: number
  /** Bytes per second each way that are this edge's own. */
  readonly capacity_Bps: number
}

/** Least bandwidth along a route, or 0 where another member lies on it. */
function ownBandwidth_Bps(network: Network, route: Int32Array, isMember: Uint8Array): number {
  let least = Infinity
  for (let i = 0; i < route.length; i++) {
    if (i + 1 < route.length && isMember[network.linkTo[route[i]!]!] === 1) return 0
    least = Math.min(least, network.bandwidth_Bps[route[i]!]!)
  }
  return least
}

/** Dies that a route passes on its way. */
function diesBetween(network: Network, route: Int32Array): number {
  let dies = 0
  for (let i = 0; i + 1 < route.length; i++) if (network.linkTo[route[i]!]! < network.dies) dies++
  return dies
}

/** Graphs already worked out: whether an algorithm applies and what it does ask for the same ones. */
const known = new WeakMap<Network, Map<string, readonly MemberEdge[]>>()

/**
 * Members as a graph of neighbours. Members s dies apart have s - 1 dies of other groups between them, and as many groups on the same
 * wires when groups are interleaved, so an edge with s - 1 dies on its way owns 1/s of its wire.
 */
export function memberGraph(network: Network, members: readonly number[]): readonly MemberEdge[] {
  let graphs = known.get(network)
  if (!graphs) known.set(network, (graphs = new Map()))
  const key = members.join()
  let graph = graphs.get(key)
  if (!graph) graphs.set(key, (graph = buildGraph(network, members)))
  return graph
}

function buildGraph(network: Network, members: readonly number[]): readonly MemberEdge[] {
  const isMember = new Uint8Array(network.nodes)
  for (const member of members) isMember[member] = 1
  const candidates: (MemberEdge & { readonly links: readonly number[] })[] = []
  for (let a = 0; a < members.length; a++)
    for (let b = a + 1; b < members.length; b++) {
      const there = network.route(members[a]!, members[b]!)
      const bandwidthThere = ownBandwidth_Bps(network, there, isMember)
      // Most pairs have another member on their way.
      if (bandwidthThere === 0) continue
      const back = network.route(members[b]!, members[a]!)
      const bandwidth = Math.min(bandwidthThere, ownBandwidth_Bps(network, back, isMember))
      if (bandwidth === 0) continue
      const hops = 1 + Math.max(diesBetween(network, there), diesBetween(network, back))
      candidates.push({ a, b, capacity_Bps: bandwidth / hops, links: [...there, ...back] })
    }
  const taken = new Set<number>()
  return candidates
    .sort((first, second) => first.links.length - second.links.length || first.a - second.a || first.b - second.b)
    .filter(({ links }) => {
      const free = links.every((link) => !taken.has(link))
      if (free) for (const link of links) taken.add(link)
      return free
    })
    .map(({ a, b, capacity_Bps }) => ({ a, b, capacity_Bps }))
}

/** Whether every member can be reached over the edges. */
function isConnected(members: number, edges: readonly MemberEdge[]): boolean {
  const group = Int32Array.from({ length: members }, (_, index) => index)
  const find = (index: number): number => {
    let root = index
    while (group[root] !== root) root = group[root]!
    return root
  }
  let parts = members
  for (const { a, b } of edges) {
    const [first, second] = [find(a), find(b)]
    if (first === second) continue
    group[first] = second
    parts--
  }
  return parts === 1
}

/** Whether members are joined by wires of their own: not behind a switch, where all pairs share the members' ports. */
export function hasOwnWires(network: Network, group: CollectiveGroup): boolean {
  const members = living(network, group)
  return isConnected(members.length, memberGraph(network, members))
}
