import type { Mapping } from '../mapping/mapping.ts'
import { lazyCost } from './program/burst-cost.ts'
import { treeHops } from './tree-hops.ts'

/** Affine time of one collective: latency plus seconds per byte. */
export interface AffineCost {
  readonly latency_s: number
  readonly perByte_s: number
}

/**
 * Times of the collectives of one group of dies, in seconds for V bytes: the whole tensor for all-reduce, the gathered one for
 * all-gather and reduce-scatter, all that one die sends for all-to-all. Several algorithms stand side by side; the fastest one counts.
 */
export interface CollectiveCost {
  readonly size: number
  readonly allReduce: readonly AffineCost[]
  readonly gather: readonly AffineCost[]
  readonly allToAll: readonly AffineCost[]
  /** Links that one byte of an all-reduced tensor crosses, per die of the group: for energy. A gather crosses half as many. */
  readonly linkCrossings: number
}

export const fastest_s = (costs: readonly AffineCost[], bytes: number): number => {
  let best = Infinity
  for (let i = 0; i < costs.length; i++) {
    const time = costs[i]!.latency_s + costs[i]!.perByte_s * bytes
    if (time < best) best = time
  }
  return best
}

/** Seconds to all-reduce a gigabyte: by which groups are compared. */
export const slowness = (group: CollectiveCost): number => (group.size === 1 ? 0 : fastest_s(group.allReduce, 1e9))

/** Genes whose collectives have closed forms on a mesh; the others are priced by their flows. */
export const hasClosedForm = (algorithm: Mapping['collectives']): algorithm is 'best' | 'ring' | 'tree' =>
  algorithm === 'best' || algorithm === 'ring' || algorithm === 'tree'

/** A group of nx x ny dies on a mesh whose neighbours are strideX, strideY dies apart, next to equal groups in the gaps. */
export interface MeshGroup {
  readonly nx: number
  readonly ny: number
  readonly strideX: number
  readonly strideY: number
}

export const ALONE: CollectiveCost = { size: 1, allReduce: [], gather: [], allToAll: [], linkCrossings: 0 }

/**
 * Collectives of a mesh group. Interleaved groups share the wires between them, so a group's share of a horizontal link is B/strideX.
 *
 * Tree: a packing of spanning trees reaches V x max over partitions of (parts - 1)/(capacity that crosses) (Nash-Williams); on a uniform
 * mesh that is (N-1)/E x V/B, the all-reduce optimum (Near-optimal wafer-scale reduce 2404.15888 and ForestColl 2402.06787 give the same
 * bound). Its latency is that of the trees that are packed (tree-hops.ts). Ring: a Hamiltonian cycle used both ways where one exists
 * (both sides even somewhere), else a line walked forth and back. The best of all is also chosen from lines in both directions (FRED
 * 2406.19580), which a short message passes soonest. All-to-all: half of the traffic crosses the middle cut. A ring's gather moves half
 * of what its all-reduce moves; a packing of trees gathers as fast as the narrowest cut lets in what lies outside it (ForestColl
 * 2402.06787): on a mesh a corner, or the first row or column where the other direction's links are much wider.
 */
export function meshCollectives(
  group: MeshGroup,
  bandwidth_Bps: number,
  hop_s: number,
  algorithm: Mapping['collectives']
): CollectiveCost {
  const { nx, ny, strideX, strideY } = group
  const size = nx * ny
  if (size === 1) return ALONE
  const horizontal = bandwidth_Bps / strideX
  const vertical = bandwidth_Bps / strideY
  const edges = { horizontal: ny * (nx - 1), vertical: nx * (ny - 1) }
  const diameter = (nx - 1) * strideX + (ny - 1) * strideY

  const treePerByte = Math.max(
    (size - 1) / (edges.horizontal * horizontal + edges.vertical * vertical),
    nx > 1 ? 1 / (ny * horizontal) : 0,
    ny > 1 ? 1 / (nx * vertical) : 0
  )
  // A gather must bring everything that lies outside into a corner, a column and a row through the links that lead there.
  const insideOf = (members: number, capacity: number): number => (size - members) / size / capacity
  const treeGatherPerByte = Math.max(
    insideOf(1, (nx > 1 ? horizontal : 0) + (ny > 1 ? vertical : 0)),
    nx > 1 ? insideOf(ny, ny * horizontal) : 0,
    ny > 1 ? insideOf(nx, nx * vertical) : 0
  )
  const isMesh = nx > 1 && ny > 1
  const ringBandwidth = Math.min(nx > 1 ? horizontal : Infinity, ny > 1 ? vertical : Infinity)
  const ringHop = Math.max(nx > 1 ? strideX : 0, ny > 1 ? strideY : 0)
  const steps = size - 1
  const around: AffineCost = { latency_s: 2 * steps * ringHop * hop_s, perByte_s: steps / size / ringBandwidth }
  // On a line walked forth and back neighbours of the ring are two hops apart.
  const walked: AffineCost = { latency_s: 2 * around.latency_s, perByte_s: 2 * around.perByte_s }
  // So they are on a mesh of odd sides walked row by row, but from row to row a walk leads once.
  const walkedByRow: AffineCost = {
    latency_s: 2 * steps * Math.max(2 * strideX, strideX + strideY) * hop_s,
    perByte_s: (steps / size) * Math.max(2 / horizontal, 1 / vertical)
  }
  const isOdd = isMesh && size % 2 === 1
  const pair: AffineCost = { ...walked, latency_s: around.latency_s }
  const ring = isOdd ? walkedByRow : isMesh ? around : size === 2 ? pair : walked
  // A cycle that leaves out one corner, which adds its part to a neighbour's first: V/B in all.
  const besideCorner: AffineCost = { latency_s: around.latency_s, perByte_s: 1 / ringBandwidth }
  // Half of V along rows and then columns, the other half the other way round: a gather has a line's part of it first, then all.
  const lines = [
    { share: (nx - 1) / nx / 2 / horizontal, others: ny },
    { share: (ny - 1) / ny / 2 / vertical, others: nx }
  ]
  const longest = Math.max((nx - 1) * strideX, (ny - 1) * strideY)
  const crossed = {
    latency_s: 4 * longest * hop_s,
    perByte_s:
      2 * (Math.max(...lines.map(({ share, others }) => share / others)) + Math.max(...lines.map(({ share }) => share)))
  }
  const half = (cost: AffineCost): AffineCost => ({ latency_s: cost.latency_s / 2, perByte_s: cost.perByte_s / 2 })
  const waysOf = (kind: 'all-reduce' | 'all-gather'): readonly AffineCost[] => {
    const isWhole = kind === 'all-reduce'
    const ofRing = isWhole ? (isOdd ? [ring, besideCorner] : [ring]) : [half(ring)]
    if (algorithm === 'ring') return ofRing
    const ofTree = { latency_s: treeHops(group, kind) * hop_s, perByte_s: isWhole ? treePerByte : treeGatherPerByte }
    if (algorithm === 'tree') return [ofTree]
    return [ofTree, ...ofRing, ...(isMesh ? [isWhole ? crossed : half(crossed)] : [])]
  }

  const crossing = (left: number, capacity: number): number => (left * (size - left)) / size / capacity
  const allToAllPerByte = Math.max(
    nx > 1 ? crossing(Math.floor(nx / 2) * ny, ny * horizontal) : 0,
    ny > 1 ? crossing(Math.floor(ny / 2) * nx, nx * vertical) : 0
  )
  const linkCrossings = (2 * (size - 1) * Math.min(nx > 1 ? strideX : Infinity, ny > 1 ? strideY : Infinity)) / size
  // Many groups are only asked for one kind, and packing trees is work.
  return lazyCost({ size, linkCrossings }, (kind) =>
    kind === 'all-to-all'
      ? [{ latency_s: diameter * hop_s, perByte_s: allToAllPerByte }]
      : waysOf(kind === 'all-reduce' ? kind : 'all-gather')
  )
}

/** A group of a switched cluster: up to perNode of its members share a node, nodes of them take part. */
export interface SwitchedGroup {
  readonly size: number
  readonly perNode: number
  /** Members on the node that has the fewest of them; perNode when absent. */
  readonly fewest?: number
  readonly nodes: number
}

export interface SwitchedNetwork {
  readonly nodeDevices: number
  readonly nodeBandwidth_Bps: number
  /** What groups of 2, 3, ... devices reach inside a node, where it is not the node's bandwidth. */
  readonly groupBandwidth_Bps?: readonly number[]
  readonly launch_s: number
  readonly nodeStep_s: number
  readonly networkBandwidth_Bps: number
  readonly networkStep_s: number
  /** Whether small all-reduces between nodes climb a tree in place of going round. */
  readonly hasTrees?: boolean
}

/**
 * What each device of a group sends on a ring through all members: inside a node its port's, between nodes the adapters together that the
 * members on one node have, where they are fewest.
 */
export const ringBandwidth_Bps = (group: SwitchedGroup, network: SwitchedNetwork): number =>
  group.nodes === 1
    ? (network.groupBandwidth_Bps?.[group.size - 2] ?? network.nodeBandwidth_Bps)
    : Math.min(
        group.perNode > 1 ? network.nodeBandwidth_Bps : Infinity,
        (group.fewest ?? group.perNode) * network.networkBandwidth_Bps
      )

/**
 * Collectives behind switches: a ring through all members. Inside a node it runs at the node's bus bandwidth, between nodes at
 * the adapters of the members of one node together (alpha-beta, Thakur et al. 2005). A piece passes every other member, n - 1 times from node
 * to node and inside nodes for the rest; an all-reduce goes round twice or up and down a binary tree of nodes, whichever is shorter
 * (NCCL's own model, src/graph/tuning.cc).
 */
export function switchedCollectives(group: SwitchedGroup, network: SwitchedNetwork): CollectiveCost {
  const { size } = group
  if (size === 1) return ALONE
  const bandwidth = ringBandwidth_Bps(group, network)
  const steps_s = (size - group.nodes) * network.nodeStep_s + (group.nodes - 1) * network.networkStep_s
  const tree_s = (group.perNode - 1) * network.nodeStep_s + Math.log2(group.nodes) * network.networkStep_s
  const allReduceSteps_s = 2 * (network.hasTrees ? Math.min(steps_s, tree_s) : steps_s)
  const share = (size - 1) / size
  const gather = { latency_s: network.launch_s + steps_s, perByte_s: share / bandwidth }
  const outside = (size - (group.fewest ?? group.perNode)) / size / network.networkBandwidth_Bps
  const inside = (group.perNode - 1) / size / network.nodeBandwidth_Bps
  return {
    size,
    allReduce: [{ latency_s: network.launch_s + allReduceSteps_s, perByte_s: (2 * share) / bandwidth }],
    gather: [gather],
    allToAll: [{ latency_s: network.launch_s + steps_s, perByte_s: Math.max(outside, inside) }],
    linkCrossings: (2 * (size - 1)) / size
  }
}
