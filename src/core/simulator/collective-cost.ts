import type { Mapping } from '../mapping/mapping.ts'

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
 * Tree: a packing of spanning trees reaches V x max over partitions of (parts - 1)/(capacity that crosses) (Nash-Williams); on
 * a uniform mesh that is (N-1)/E x V/B, the all-reduce optimum (Near-optimal wafer-scale reduce 2404.15888 and ForestColl 2402.06787
 * give the same bound). Ring: a Hamiltonian cycle used both ways where one exists (both sides even somewhere), else a
 * line walked forth and back. All-to-all: half of the traffic crosses the middle cut. A ring's gather moves half of what its all-reduce
 * moves; a packing of trees gathers as fast as the narrowest cut lets in what lies outside it (ForestColl 2402.06787): on a mesh
 * a corner, or the first row or column where the other direction's links are much wider.
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
  const cycle = nx > 1 && ny > 1 && size % 2 === 0
  const ringBandwidth = Math.min(nx > 1 ? horizontal : Infinity, ny > 1 ? vertical : Infinity)
  const ringPerByte = ((cycle ? 1 : 2) * (size - 1)) / size / ringBandwidth
  const ringHop = Math.max(nx > 1 ? strideX : 0, ny > 1 ? strideY : 0)
  const tree = { latency_s: 2 * diameter * hop_s, perByte_s: treePerByte }
  // A gather must bring everything that lies outside into a corner, a column and a row through the links that lead there.
  const insideOf = (members: number, capacity: number): number => (size - members) / size / capacity
  const treeGather = {
    latency_s: diameter * hop_s,
    perByte_s: Math.max(
      insideOf(1, (nx > 1 ? horizontal : 0) + (ny > 1 ? vertical : 0)),
      nx > 1 ? insideOf(ny, ny * horizontal) : 0,
      ny > 1 ? insideOf(nx, nx * vertical) : 0
    )
  }
  // On a line walked forth and back neighbours of the ring are two hops apart.
  const walked = { latency_s: (cycle ? 2 : 4) * (size - 1) * ringHop * hop_s, perByte_s: ringPerByte }
  const ringGather = { latency_s: walked.latency_s / 2, perByte_s: walked.perByte_s / 2 }
  // Where both sides are odd a cycle leaves out one corner, which adds its part to a neighbour's first: V/B in all.
  const isOdd = nx > 1 && ny > 1 && size % 2 === 1
  const ring = isOdd ? { ...walked, perByte_s: Math.min(walked.perByte_s, 1 / ringBandwidth) } : walked
  const chosen = <Cost>(ofTree: Cost, ofRing: Cost): readonly Cost[] =>
    algorithm === 'ring' ? [ofRing] : algorithm === 'tree' ? [ofTree] : [ofTree, ofRing]

  const crossing = (left: number, capacity: number): number => (left * (size - left)) / size / capacity
  const allToAllPerByte = Math.max(
    nx > 1 ? crossing(Math.floor(nx / 2) * ny, ny * horizontal) : 0,
    ny > 1 ? crossing(Math.floor(ny / 2) * nx, nx * vertical) : 0
  )
  return {
    size,
    allReduce: chosen(tree, ring),
    gather: chosen(treeGather, ringGather),
    allToAll: [{ latency_s: diameter * hop_s, perByte_s: allToAllPerByte }],
    linkCrossings: (2 * (size - 1) * Math.min(nx > 1 ? strideX : Infinity, ny > 1 ? strideY : Infinity)) / size
  }
}

/** A group of a switched cluster: up to perNode of its members share a node, nodes of them take part. */
export interface SwitchedGroup {
  readonly size: number
  readonly perNode: number
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

/** What each device of a group sends on a ring through all members: inside a node its port's, between nodes the members' adapters together. */
export const ringBandwidth_Bps = (group: SwitchedGroup, network: SwitchedNetwork): number =>
  group.nodes === 1
    ? (network.groupBandwidth_Bps?.[group.size - 2] ?? network.nodeBandwidth_Bps)
    : Math.min(group.perNode > 1 ? network.nodeBandwidth_Bps : Infinity, group.perNode * network.networkBandwidth_Bps)

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
  const outside = (size - group.perNode) / size / network.networkBandwidth_Bps
  const inside = (group.perNode - 1) / size / network.nodeBandwidth_Bps
  return {
    size,
    allReduce: [{ latency_s: network.launch_s + allReduceSteps_s, perByte_s: (2 * share) / bandwidth }],
    gather: [gather],
    allToAll: [{ latency_s: network.launch_s + steps_s, perByte_s: Math.max(outside, inside) }],
    linkCrossings: (2 * (size - 1)) / size
  }
}
