import type { Call, StageProgram } from '../program/stage-program.ts'
import type { RoutedCall } from '../program/routed-collectives.ts'

/** Calls of equal groups that start together: who waits for whom, and what then runs on the links. */
export interface Meeting {
  /** Actors that must arrive before it starts. */
  readonly size: number
  readonly key: number
  readonly routed: RoutedCall
}

export interface Counterpart {
  readonly actor: number
  readonly routed: RoutedCall
  readonly bytes: number
}

/**
 * Who acts in a simulation. Folded, all dies of a stage, in all replicas, are one actor: they do the same at the same times. Unfolded,
 * every die acts for itself.
 */
export interface Cast {
  /** Stage of each actor. */
  readonly stages: readonly number[]
  readonly programs: readonly StageProgram[]
  meeting(actor: number, call: Call): Meeting
  /** The actor of another stage that an actor sends to, how, and the bytes of one micro-batch's activations (or their gradients) per die. */
  counterpart(actor: number, stage: number): Counterpart
  /** Name of what an actor is, for timelines. */
  name(actor: number): string
}
