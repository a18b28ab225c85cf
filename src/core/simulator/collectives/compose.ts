import { ALL, type Collective, type CollectiveKind, type Phase, type Piece, type Stream } from './collective.ts'

/** Phases that bring what each member holds (held[i]: pieces of members[i]) to all of them. */
export type GatherPhases = (members: readonly number[], held: readonly (readonly number[])[]) => readonly Phase[]

/** Pieces of equal share, `each` to a member, in the members' order; and which piece is whose. */
export function ownedPieces(
  members: readonly number[],
  each: number
): { readonly pieces: readonly Piece[]; readonly held: readonly (readonly number[])[] } {
  const share = 1 / (members.length * each)
  return {
    pieces: members.flatMap((from) => Array.from({ length: each }, () => ({ share, from, to: ALL }))),
    held: members.map((_, index) => Array.from({ length: each }, (_piece, part) => index * each + part))
  }
}

const turned = (pieces: readonly number[], turn: Int32Array | undefined, times: number): readonly number[] => {
  let now = pieces
  if (turn !== undefined) for (let time = 0; time < times; time++) now = now.map((piece) => turn[piece]!)
  return now
}

const inverse = (turn: Int32Array): Int32Array => {
  const back = new Int32Array(turn.length)
  turn.forEach((to, from) => (back[to] = from))
  return back
}

function reversedPhase({ streams, times, turn }: Phase): Phase {
  return {
    streams: streams.map(({ pieces, hops }): Stream => {
      const back = hops.map(({ from, to }) => ({ from: to, to: from, adds: true }))
      return { pieces: turned(pieces, turn, times - 1), hops: back.toReversed() }
    }),
    times,
    ...(turn === undefined ? {} : { turn: inverse(turn) })
  }
}

/**
 * A gather run backwards sums instead of copies: a reduce-scatter over the same wires the other way (the duality of broadcast and
 * reduction, Chan et al. 2007, section 3).
 */
export const reversedPhases = (phases: readonly Phase[]): readonly Phase[] => phases.map(reversedPhase).toReversed()

/** What a way to gather gives for each kind: itself, itself backwards, or backwards and then forwards. */
const gatherPhasesOf: Record<Exclude<CollectiveKind, 'all-to-all'>, (phases: readonly Phase[]) => readonly Phase[]> = {
  'all-gather': (phases) => phases,
  'reduce-scatter': reversedPhases,
  'all-reduce': (phases) => [...reversedPhases(phases), ...phases]
}

/** The collective of a kind made from a way to gather its pieces. */
export function fromGather(
  kind: Exclude<CollectiveKind, 'all-to-all'>,
  pieces: readonly Piece[],
  gather: readonly Phase[]
): Collective {
  return {
    pieces: pieces.map(({ share, from }) => ({
      share,
      from: kind === 'all-gather' ? from : ALL,
      to: kind === 'reduce-scatter' ? from : ALL
    })),
    phases: gatherPhasesOf[kind](gather)
  }
}

/**
 * Phases of several actors side by side, the first of each together, then the second, ... Actors must turn for the same number of times
 * in each phase and turn different pieces.
 * @throws RangeError when they do not
 */
export function sideBySide(actors: readonly (readonly Phase[])[]): readonly Phase[] {
  const length = Math.max(0, ...actors.map((phases) => phases.length))
  return Array.from({ length }, (_, index): Phase => {
    const now = actors.flatMap((phases) => phases[index] ?? [])
    const times = now[0]!.times
    if (now.some((phase) => phase.times !== times))
      throw new RangeError(`phases of ${now.map((phase) => phase.times).join(', ')} times cannot run side by side`)
    const turns = now.flatMap(({ turn }) => turn ?? [])
    return {
      streams: now.flatMap(({ streams }) => streams),
      times,
      ...(turns.length === 0 ? {} : { turn: joinedTurn(turns) })
    }
  })
}

function joinedTurn(turns: readonly Int32Array[]): Int32Array {
  const joined = Int32Array.from({ length: Math.max(...turns.map(({ length }) => length)) }, (_, piece) => piece)
  for (const turn of turns)
    turn.forEach((to, from) => {
      if (to === from) return
      if (joined[from] !== from) throw new RangeError(`piece ${from} is turned twice`)
      joined[from] = to
    })
  return joined
}
