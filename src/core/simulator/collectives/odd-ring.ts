import type { Network } from '../network/network.ts'
import type { Collective, CollectiveGroup, Phase } from './collective.ts'
import { fromGather, ownedPieces, sideBySide } from './compose.ts'
import { rowsOf } from './members.ts'
import { cycleBesideCorner } from './orders.ts'
import { ringGather } from './ring.ts'

/** A ring gather of all but one member, which is handed everything by the first of the ring as it comes by. */
function ringWithLeaf(
  members: readonly number[],
  leaf: number,
  held: readonly (readonly number[])[]
): readonly Phase[] {
  const [around] = ringGather(members, held)
  const toLeaf = (pieces: readonly number[]) => ({ pieces, hops: [{ from: members[0]!, to: leaf, adds: false }] })
  const lastArrived = held[1]!
  return [
    { ...around!, streams: [...around!.streams, toLeaf(held[0]!)] },
    { streams: [toLeaf(lastArrived)], times: 1 }
  ]
}

/**
 * All-reduce on a mesh with odd sides, which has no Hamiltonian cycle: two rings, one each way, on a cycle of all dies but a corner, and
 * the corner hangs on one ring by each of its two links. 2(N-1) steps of V/(2(N-1)): V/B. That two unidirectional rings serve such
 * meshes is RingBiOdd (Laskar et al., Enhancing Collective Communication in MCM Accelerators for Deep Learning Training, HPCA 2024);
 * the hanging corner is our construction.
 */
export function oddRing(_network: Network, group: CollectiveGroup): Collective {
  const order = cycleBesideCorner(rowsOf(group), group.columns)
  const corner = group.members[0]!
  const members = order.map((place) => group.members[place]!)
  const { pieces, held } = ownedPieces(members, 2)
  // The other way around, from the corner's other neighbour.
  const start = order.indexOf(group.columns)
  const backwards = members.map((_, index) => (start - index + members.length) % members.length)
  const rings = [
    ringWithLeaf(
      members,
      corner,
      held.map((own) => [own[0]!])
    ),
    ringWithLeaf(
      backwards.map((index) => members[index]!),
      corner,
      backwards.map((index) => [held[index]![1]!])
    )
  ]
  return fromGather('all-reduce', pieces, sideBySide(rings))
}
