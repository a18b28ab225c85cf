/**
 * What a collective moves. Bytes V are, as in the closed forms, the whole tensor for all-reduce, the gathered one for all-gather and
 * reduce-scatter, and all that one die sends (its own piece included) for all-to-all.
 */
export type CollectiveKind = 'all-reduce' | 'reduce-scatter' | 'all-gather' | 'all-to-all'

/**
 * Dies that take part, row by row: `columns` to a row. Where they lie on several nodes or wafers, `blocks` says how many on each; on
 * wafers they are equal runs of rows. Dies may be far apart (every k-th of a row); what lies between them only forwards.
 */
export interface CollectiveGroup {
  readonly members: readonly number[]
  readonly columns: number
  readonly blocks?: readonly number[]
}

/** Every member. */
export const ALL = -1

/**
 * A part of the tensor, `share` of its bytes, that starts on one member or as a summand on every member, and is wanted, summed, by one
 * or by every member. A kind of collective is what its pieces say: all-reduce ALL to ALL, reduce-scatter ALL to one, all-gather one to
 * ALL, all-to-all one to one.
 */
export interface Piece {
  readonly share: number
  readonly from: number
  readonly to: number
}

/** One move between members; what arrives is added to what the receiver has, or is kept as it comes. */
export interface Hop {
  readonly from: number
  readonly to: number
  readonly adds: boolean
}

/** Pieces that run through hops in order, each element of them one after the other: a pipeline, at one rate everywhere. */
export interface Stream {
  readonly pieces: readonly number[]
  readonly hops: readonly Hop[]
}

/**
 * Streams that run at the same time on what was there before, `times` in a row. After each time piece p's place is taken by turn[p]
 * (a permutation of pieces of equal share), which is how the steps of a ring differ.
 */
export interface Phase {
  readonly streams: readonly Stream[]
  readonly times: number
  readonly turn?: Int32Array
}

/** A collective as the pieces it is cut into and the phases that move them: the one description that flows and proofs are read from. */
export interface Collective {
  readonly pieces: readonly Piece[]
  readonly phases: readonly Phase[]
}
