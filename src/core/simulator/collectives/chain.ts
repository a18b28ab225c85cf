import type { Network } from '../network/network.ts'
import { ALL, type Collective, type CollectiveGroup, type CollectiveKind, type Phase } from './collective.ts'
import { fromGather, ownedPieces } from './compose.ts'
import { livingAt, rowsOf } from './members.ts'
import { snake } from './orders.ts'

/** Every member's pieces stream to both ends of the line at once. */
export function chainGather(members: readonly number[], held: readonly (readonly number[])[]): readonly Phase[] {
  if (members.length === 1) return []
  const step = (index: number, by: number) => ({ from: members[index]!, to: members[index + by]!, adds: false })
  const streams = members.map((_, start) => ({
    pieces: held[start]!,
    hops: [
      ...members.slice(start + 1).map((_to, index) => step(start + index, 1)),
      ...members.slice(0, start).map((_to, index) => step(start - index, -1))
    ]
  }))
  return [{ streams, times: 1 }]
}

/**
 * A line of neighbours. All-reduce sums towards its end and spreads back from there in one pipeline: V/B, the optimum of a line. A
 * gather lets (N-1)/N V into each end.
 */
export function chain(
  network: Network,
  group: CollectiveGroup,
  kind: Exclude<CollectiveKind, 'all-to-all'>
): Collective {
  const members = livingAt(network, group, snake(rowsOf(group), group.columns))
  if (kind !== 'all-reduce') {
    const { pieces, held } = ownedPieces(members, 1)
    return fromGather(kind, pieces, chainGather(members, held))
  }
  // Sum into the middle from both ends, then back out: half of the latency of a walk to one end.
  const middle = Math.floor(members.length / 2)
  const [first, second] = [members.slice(0, middle + 1), members.slice(middle).toReversed()]
  const inwards = [first, second].flatMap((side) =>
    side.slice(1).map((to, index) => ({ from: side[index]!, to, adds: true }))
  )
  const outwards = inwards.map(({ from, to }) => ({ from: to, to: from, adds: false })).toReversed()
  return {
    pieces: [{ share: 1, from: ALL, to: ALL }],
    phases: members.length === 1 ? [] : [{ streams: [{ pieces: [0], hops: [...inwards, ...outwards] }], times: 1 }]
  }
}
