import type { Network } from '../network/network.ts'
import type { Collective, CollectiveGroup, CollectiveKind, Phase, Piece, Stream } from './collective.ts'
import { chainGather } from './chain.ts'
import { fromGather, ownedPieces, sideBySide, type GatherPhases } from './compose.ts'

/** Places of a mesh as lines along one side, and along the other. */
function linesOf({ members, columns }: CollectiveGroup): {
  readonly rows: readonly (readonly number[])[]
  readonly columns: readonly (readonly number[])[]
} {
  const places = members.map((_, place) => place)
  return {
    rows: Array.from({ length: members.length / columns }, (_, row) =>
      places.slice(row * columns, (row + 1) * columns)
    ),
    columns: Array.from({ length: columns }, (_, column) => places.filter((place) => place % columns === column))
  }
}

/**
 * Gathers within each of the first lines, then across them: after the first every member has what its line holds and carries it along the
 * second line.
 */
export function nestedGather(
  members: readonly number[],
  held: readonly (readonly number[])[],
  inner: { readonly lines: readonly (readonly number[])[]; readonly gather: GatherPhases },
  outer: { readonly lines: readonly (readonly number[])[]; readonly gather: GatherPhases }
): readonly Phase[] {
  const run = (
    lines: readonly (readonly number[])[],
    gather: GatherPhases,
    holding: readonly (readonly number[])[]
  ): readonly Phase[] =>
    sideBySide(
      lines.map((line) =>
        gather(
          line.map((place) => members[place]!),
          line.map((place) => holding[place]!)
        )
      )
    )
  const after: (readonly number[])[] = [...held]
  for (const line of inner.lines) {
    const together = line.flatMap((place) => held[place]!)
    for (const place of line) after[place] = together
  }
  return [...run(inner.lines, inner.gather, held), ...run(outer.lines, outer.gather, after)]
}

/** Every pair in two halves, one along the row first, one along the column first. */
function twoDimensionalAllToAll({ members, columns }: CollectiveGroup): Collective {
  const size = members.length
  const pieces: Piece[] = []
  const legs: [Map<string, Stream>, Map<string, Stream>] = [new Map(), new Map()]
  const add = (leg: 0 | 1, from: number, to: number, piece: number): void => {
    if (from === to) return
    const key = `${from} ${to}`
    const hops = [{ from: members[from]!, to: members[to]!, adds: false }]
    legs[leg].set(key, { pieces: [...(legs[leg].get(key)?.pieces ?? []), piece], hops })
  }
  for (let from = 0; from < size; from++)
    for (let to = 0; to < size; to++) {
      if (from === to) continue
      const [fromColumn, toColumn] = [from % columns, to % columns]
      for (const corner of [from - fromColumn + toColumn, to - toColumn + fromColumn]) {
        const piece = pieces.push({ share: 1 / (2 * size), from: members[from]!, to: members[to]! }) - 1
        add(0, from, corner, piece)
        add(1, corner, to, piece)
      }
    }
  return { pieces, phases: legs.map((leg) => ({ streams: [...leg.values()], times: 1 })) }
}

/**
 * Rows, then columns; the other half of the tensor columns, then rows, so that both sets of wires are always busy (FRED 2406.19580, whose
 * 20 chunks only hide the steps' ends). Lines are summed and spread as chains.
 */
export function twoDimensional(_network: Network, group: CollectiveGroup, kind: CollectiveKind): Collective {
  if (kind === 'all-to-all') return twoDimensionalAllToAll(group)
  const { members } = group
  const { rows, columns } = linesOf(group)
  const { pieces, held } = ownedPieces(members, 2)
  const half = (part: number) => held.map((own) => [own[part]!])
  const along = (lines: readonly (readonly number[])[]) => ({ lines, gather: chainGather })
  return fromGather(
    kind,
    pieces,
    sideBySide([
      nestedGather(members, half(0), along(columns), along(rows)),
      nestedGather(members, half(1), along(rows), along(columns))
    ])
  )
}

export const isRectangle = ({ columns, members }: CollectiveGroup): boolean => columns > 1 && members.length > columns
