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
export function blocksOf({ members, columns, blocks = [members.length] }: CollectiveGroup): readonly CollectiveGroup[] {
  let start = 0
  return blocks.map((size) => ({ members: members.slice(start, (start += size)), columns }))
}
