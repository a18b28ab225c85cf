import type { Network } from '../network/network.ts'
import type { CollectiveGroup, CollectiveKind } from './collective.ts'
import { maxFlow_Bps } from './max-flow.ts'
import { living, rowsOf } from './members.ts'
import { worstPartition } from './spanning-trees.ts'

/** Parts of V that a kind of collective must move, for a group of N: over a cut, and in whole. */
interface Demand {
  /** Out of s of the members. A collective and the same of the other members give what goes in. */
  leaving(s: number, N: number): number
  /** Between parts of sizes s1, s2, ...: every element crosses parts - 1 times, summed or spread. */
  between(sizes: readonly number[], N: number): number
}

const demands: Record<CollectiveKind, Demand> = {
  'all-reduce': { leaving: () => 1, between: (sizes) => 2 * (sizes.length - 1) },
  'all-gather': { leaving: (s, N) => s / N, between: (sizes) => sizes.length - 1 },
  'reduce-scatter': { leaving: (s, N) => (N - s) / N, between: (sizes) => sizes.length - 1 },
  'all-to-all': {
    leaving: (s, N) => (s * (N - s)) / N,
    between: (sizes, N) => sizes.reduce((sum, size) => sum + (size * (N - size)) / N, 0)
  }
}

/** Rows and columns of the group without dead members. */
function linesOf(network: Network, group: CollectiveGroup): readonly (readonly (readonly number[])[])[] {
  const { members, columns } = group
  const alive = (line: readonly number[]): readonly number[] => line.filter((member) => network.alive[member] === 1)
  const rows = Array.from({ length: rowsOf(group) }, (_, row) =>
    alive(members.slice(row * columns, (row + 1) * columns))
  )
  const across = Array.from({ length: columns }, (_, column) =>
    alive(members.filter((_member, place) => place % columns === column))
  )
  return [rows, across].map((lines) => lines.filter((line) => line.length > 0))
}

/** Sides of cuts: every member alone, every row and column alone, all rows or columns up to each. */
function cutSides(network: Network, group: CollectiveGroup): readonly (readonly number[])[] {
  const lines = linesOf(network, group)
  return [
    ...living(network, group).map((member) => [member]),
    ...lines.flatMap((some) => some.flatMap((line, index) => [line, some.slice(0, index + 1).flat()]))
  ]
}

/**
 * Seconds that no algorithm can beat because of one cut: members on one side must send to the others what the kind asks for, over the
 * least capacity that separates them, and receive it over the least capacity back. On a mesh this holds the corner, every row and
 * column, and the bisection.
 */
export function cutBound_s(network: Network, group: CollectiveGroup, bytes: number, kind: CollectiveKind): number {
  const members = living(network, group)
  const { leaving } = demands[kind]
  const N = members.length
  let worst = 0
  for (const side of cutSides(network, group)) {
    const inside = new Set(side)
    const others = members.filter((member) => !inside.has(member))
    if (others.length === 0) continue
    const out = (leaving(side.length, N) * bytes) / maxFlow_Bps(network, side, others)
    const back = (leaving(others.length, N) * bytes) / maxFlow_Bps(network, others, side)
    worst = Math.max(worst, out, back)
  }
  return worst
}

/** Least time for the parts of one partition; nodes outside the group count to whichever part makes the bound highest. */
function partition_s(
  network: Network,
  parts: readonly (readonly number[])[],
  bytes: number,
  N: number,
  kind: CollectiveKind
): number {
  const demand = demands[kind].between(
    parts.map((part) => part.length),
    N
  )
  const partOf = new Int32Array(network.nodes).fill(-1)
  parts.forEach((part, number) => part.forEach((member) => (partOf[member] = number)))
  let worst = 0
  for (let host = 0; host < parts.length; host++) {
    let capacity_Bps = 0
    for (let link = 0; link < network.linkFrom.length; link++) {
      const [from, to] = [partOf[network.linkFrom[link]!]!, partOf[network.linkTo[link]!]!]
      if ((from < 0 ? host : from) !== (to < 0 ? host : to)) capacity_Bps += network.bandwidth_Bps[link]!
    }
    worst = Math.max(worst, (demand * bytes) / capacity_Bps)
  }
  return worst
}

/**
 * Seconds that no algorithm can beat because all links together are not faster (Nash-Williams 1961): an element is summed and spread over p parts by at least 2(p - 1) messages between them, and gathered by p - 1. Parts are
 * single members, rows, columns, and those that the packing of trees found to be tight. And every such message leaves a member, through its links: only members add and copy.
 */
export function treeBound_s(network: Network, group: CollectiveGroup, bytes: number, kind: CollectiveKind): number {
  const members = living(network, group)
  const N = members.length
  if (N < 2) return 0
  const singles = members.map((member) => [member])
  const isMember = new Uint8Array(network.nodes)
  for (const member of members) isMember[member] = 1
  let ports_Bps = 0
  for (let link = 0; link < network.linkFrom.length; link++)
    if (isMember[network.linkFrom[link]!] === 1 && network.alive[network.linkTo[link]!] !== 0)
      ports_Bps += network.bandwidth_Bps[link]!
  const ports_s =
    (demands[kind].between(
      members.map(() => 1),
      N
    ) *
      bytes) /
    ports_Bps
  const partitions = [singles, worstPartition(network, group), ...linesOf(network, group)].filter(
    (parts) => parts.length > 1
  )
  return Math.max(ports_s, ...partitions.map((parts) => partition_s(network, parts, bytes, N, kind)))
}

/** The highest of the bounds. Latency is left out. */
export const collectiveBound_s = (
  network: Network,
  group: CollectiveGroup,
  bytes: number,
  kind: CollectiveKind
): number => Math.max(cutBound_s(network, group, bytes, kind), treeBound_s(network, group, bytes, kind))
