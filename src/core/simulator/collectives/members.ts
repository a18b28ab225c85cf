import type { Network } from '../network/network.ts'
import type { CollectiveGroup } from './collective.ts'

export const rowsOf = ({ members, columns }: CollectiveGroup): number => members.length / columns

export const isWhole = (network: Network, { members }: CollectiveGroup): boolean =>
  members.every((member) => network.alive[member] === 1)

/** Living members at the places of an order. */
export const livingAt = (network: Network, { members }: CollectiveGroup, order: readonly number[]): readonly number[] =>
  order.map((place) => members[place]!).filter((member) => network.alive[member] === 1)

export const living = (network: Network, { members }: CollectiveGroup): readonly number[] =>
  members.filter((member) => network.alive[member] === 1)

/** The members of each node or wafer. */
export function blocksOf({ members, columns, blocks = 1 }: CollectiveGroup): readonly CollectiveGroup[] {
  const size = members.length / blocks
  return Array.from({ length: blocks }, (_, block) => ({
    members: members.slice(block * size, (block + 1) * size),
    columns
  }))
}
