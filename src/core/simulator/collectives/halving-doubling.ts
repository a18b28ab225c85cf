import type { Network } from '../network/network.ts'
import type { Collective, CollectiveGroup, CollectiveKind, Phase } from './collective.ts'
import { fromGather, ownedPieces } from './compose.ts'
import { living } from './members.ts'

/** Members exchange all they hold with partners half the group away, then a quarter, ...: much travels the short ways only. */
function doublingGather(members: readonly number[], held: readonly (readonly number[])[]): readonly Phase[] {
  const holding = held.map((pieces) => [...pieces])
  const phases: Phase[] = []
  for (let distance = members.length / 2; distance >= 1; distance /= 2) {
    const before = holding.map((pieces) => [...pieces])
    phases.push({
      streams: members.map((from, index) => ({
        pieces: before[index]!,
        hops: [{ from, to: members[index ^ distance]!, adds: false }]
      })),
      times: 1
    })
    before.forEach((pieces, index) => holding[index ^ distance]!.push(...pieces))
  }
  return phases
}

/**
 * Recursive halving and doubling (Thakur, Rabenseifner & Gropp 2005): 2 log2 N steps that move 2(N-1)/N V from each die; what wires they
 * share on the network decides the time. Needs a power of two of members.
 */
export function halvingDoubling(
  network: Network,
  group: CollectiveGroup,
  kind: Exclude<CollectiveKind, 'all-to-all'>
): Collective {
  const members = living(network, group)
  const { pieces, held } = ownedPieces(members, 1)
  return fromGather(kind, pieces, doublingGather(members, held))
}
