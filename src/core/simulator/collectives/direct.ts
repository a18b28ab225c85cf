import type { Network } from '../network/network.ts'
import type { Collective, CollectiveGroup, CollectiveKind } from './collective.ts'
import { fromGather, ownedPieces } from './compose.ts'
import { living } from './members.ts'

/** Every pair by its own route, all at once. */
export function direct(network: Network, group: CollectiveGroup, kind: CollectiveKind): Collective {
  const members = living(network, group)
  const pairs = members.flatMap((from) => members.filter((to) => to !== from).map((to) => ({ from, to })))
  if (kind === 'all-to-all')
    return {
      pieces: pairs.map((pair) => ({ ...pair, share: 1 / members.length })),
      phases: [
        { streams: pairs.map((pair, index) => ({ pieces: [index], hops: [{ ...pair, adds: false }] })), times: 1 }
      ]
    }
  const { pieces, held } = ownedPieces(members, 1)
  const place = new Map(members.map((member, index) => [member, index]))
  const streams = pairs.map((pair) => ({ pieces: held[place.get(pair.from)!]!, hops: [{ ...pair, adds: false }] }))
  return fromGather(kind, pieces, [{ streams, times: 1 }])
}
