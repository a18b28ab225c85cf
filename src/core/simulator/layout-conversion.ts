import { BATCH, HIDDEN, PARTIAL, REPLICATED, SEQUENCE } from '../mapping/axis-roles.ts'

/** Collectives in the order in which they run when several axes change at once: shrink first, grow last. */
export const REDUCE_SCATTER = 0
export const ALL_TO_ALL = 1
export const ALL_REDUCE = 2
export const ALL_GATHER = 3
export const NOTHING = 4

export interface AxisConversion {
  readonly forward: number
  readonly backward: number
  /** The forward gather is repeated in the backward pass because the tensor is stored in its source layout. */
  readonly gatherAgain: boolean
}

const SPLIT = new Set([BATCH, SEQUENCE, HIDDEN])

/**
 * What one mesh axis must do to a tensor that lies as `from` and is read as `to`, forward and backward.
 * @param partialGradient the reader cuts its output on this axis, so its input gradient comes out as partial sums
 * (Megatron's f and g operators, 1909.08053, and their sequence-parallel forms, 2205.05198, are the special cases R<->P and S<->R/P)
 */
export function axisConversion(from: number, to: number, partialGradient: boolean): AxisConversion {
  const gradient = (whenPartial: number, otherwise: number): number => (partialGradient ? whenPartial : otherwise)
  if (from === PARTIAL)
    return to === REPLICATED
      ? { forward: ALL_REDUCE, backward: gradient(ALL_REDUCE, NOTHING), gatherAgain: false }
      : { forward: REDUCE_SCATTER, backward: ALL_GATHER, gatherAgain: false }
  if (from === to)
    return {
      forward: NOTHING,
      backward: from === REPLICATED ? gradient(ALL_REDUCE, NOTHING) : NOTHING,
      gatherAgain: false
    }
  if (from === REPLICATED) return { forward: NOTHING, backward: ALL_GATHER, gatherAgain: false }
  if (to === REPLICATED && SPLIT.has(from))
    return { forward: ALL_GATHER, backward: gradient(REDUCE_SCATTER, NOTHING), gatherAgain: true }
  return { forward: ALL_TO_ALL, backward: ALL_TO_ALL, gatherAgain: false }
}
