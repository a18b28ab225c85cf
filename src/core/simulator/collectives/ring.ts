import type { Network } from '../network/network.ts'
import type { Collective, CollectiveGroup, CollectiveKind, Phase } from './collective.ts'
import { fromGather, ownedPieces, sideBySide } from './compose.ts'
import { blocksOf, living, livingAt, rowsOf } from './members.ts'
import { ringOrder } from './orders.ts'

type GatheredKind = Exclude<CollectiveKind, 'all-to-all'>

/** A ring gather: each member passes on what it holds, then what it was last given. Members must hold equally many pieces. */
export function ringGather(members: readonly number[], held: readonly (readonly number[])[]): readonly Phase[] {
  const size = members.length
  if (size === 1) return []
  const turn = Int32Array.from({ length: Math.max(...held.flat()) + 1 }, (_, piece) => piece)
  held.forEach((pieces, index) =>
    pieces.forEach((piece, part) => (turn[piece] = held[(index + size - 1) % size]![part]!))
  )
  const streams = members.map((from, index) => ({
    pieces: held[index]!,
    hops: [{ from, to: members[(index + 1) % size]!, adds: false }]
  }))
  return [{ streams, times: size - 1, turn }]
}

/** Rings through the same members, each in its own order and with its own part of the pieces of every member. */
function ringsCollective(kind: GatheredKind, orders: readonly (readonly number[])[]): Collective {
  const { pieces, held } = ownedPieces(orders[0]!, orders.length)
  const heldBy = new Map(orders[0]!.map((member, index) => [member, held[index]!]))
  const rings = orders.map((order, part) =>
    ringGather(
      order,
      order.map((member) => [heldBy.get(member)![part]!])
    )
  )
  return fromGather(kind, pieces, sideBySide(rings))
}

/**
 * Through the nodes one after the other, as many rings as the node with the fewest has members, each leaving every node by another one
 * (NCCL's channels).
 */
function channelOrders(network: Network, group: CollectiveGroup): readonly (readonly number[])[] {
  const blocks = blocksOf(group).map((block) => living(network, block))
  const channels = Math.min(...blocks.map((block) => block.length))
  return Array.from({ length: channels }, (_, channel) =>
    blocks.flatMap((block) => block.map((_member, index) => block[(channel + index) % block.length]!))
  )
}

/** Whether two members meet at a switch: two alone on a node do, though their way there is theirs alone. */
function meetAtSwitch(network: Network, block: CollectiveGroup): boolean {
  const [one, other] = living(network, block)
  return (
    one !== undefined &&
    other !== undefined &&
    network.route(one, other).some((link) => network.linkTo[link]! >= network.dies)
  )
}

/** Whether the group spans nodes whose members meet behind switches. */
export const isSwitched = (network: Network, group: CollectiveGroup): boolean =>
  (group.blocks?.length ?? 1) > 1 && blocksOf(group).some((block) => meetAtSwitch(network, block))

const orderOf = (network: Network, group: CollectiveGroup): readonly number[] =>
  livingAt(network, group, ringOrder(rowsOf(group), group.columns))

/** One ring (Patarasuk & Yuan 2009): 2(N-1)/N V/B. */
export const ring = (network: Network, group: CollectiveGroup, kind: GatheredKind): Collective =>
  ringsCollective(kind, isSwitched(network, group) ? channelOrders(network, group) : [orderOf(network, group)])

/** Half of the tensor one way around, half the other: (N-1)/N V/B on a Hamiltonian cycle, on a line as slow as one ring. */
export function bidirectionalRing(network: Network, group: CollectiveGroup, kind: GatheredKind): Collective {
  const order = orderOf(network, group)
  return ringsCollective(kind, [order, order.toReversed()])
}
