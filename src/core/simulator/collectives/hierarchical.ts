import type { Network } from '../network/network.ts'
import type { Collective, CollectiveGroup, CollectiveKind, Phase } from './collective.ts'
import { fromGather, ownedPieces, type GatherPhases } from './compose.ts'
import { hasOwnWires } from './member-graph.ts'
import { blocksOf, isWhole } from './members.ts'
import { ringGather } from './ring.ts'
import { treeGather, treesPerMember } from './spanning-trees.ts'
import { nestedGather } from './two-dimensional.ts'

/** All pairs at once, which costs a switch no more than a ring. */
const directGather: GatherPhases = (members, held): readonly Phase[] => [
  {
    streams: members.flatMap((from, index) =>
      members.filter((to) => to !== from).map((to) => ({ pieces: held[index]!, hops: [{ from, to, adds: false }] }))
    ),
    times: 1
  }
]

/**
 * Inside each node or wafer, then between them, then inside: a die exchanges 1/(members of a block) of the tensor with its like in
 * other blocks, around a ring. Inside a wafer over packed trees, inside a node all pairs at once.
 */
export function hierarchical(
  network: Network,
  group: CollectiveGroup,
  kind: Exclude<CollectiveKind, 'all-to-all'>
): Collective {
  const blocks = blocksOf(group)
  const size = group.members.length / blocks.length
  const wired = blocks.every((block) => hasOwnWires(network, block))
  const each = wired ? Math.max(...blocks.map((block) => treesPerMember(network, block.members))) : 1
  const { pieces, held } = ownedPieces(group.members, each)
  const range = (length: number): number[] => Array.from({ length }, (_, index) => index)
  const between = range(size).map((member) => blocks.map((_, block) => block * size + member))
  const inside = blocks.map((_, block) => range(size).map((member) => block * size + member))
  const gatherInside = size === 1 ? (): readonly Phase[] => [] : wired ? treeGather(network) : directGather
  return fromGather(
    kind,
    pieces,
    nestedGather(group.members, held, { lines: between, gather: ringGather }, { lines: inside, gather: gatherInside })
  )
}

/** Whether the group lies on several nodes or wafers alike. */
export const hasBlocks = (network: Network, group: CollectiveGroup): boolean => {
  const { blocks = [] } = group
  return blocks.length > 1 && blocks.every((size) => size === blocks[0]) && isWhole(network, group)
}
