import type { Call, Offload, StageProgram } from '../program/stage-program.ts'
import type { RoutedCall } from '../program/routed-collectives.ts'

/** A routed call whose bursts have numbers. */
export interface Run {
  readonly routed: RoutedCall
  /** Numbers of its bursts in {@link Cast.bursts}. */
  readonly bursts: Int32Array
}

/** Calls of groups that start together: who waits for whom, and what then runs on the links. */
export interface Meeting extends Run {
  /** Actors that must arrive before it starts. */
  readonly size: number
  /** Small whole number of those who meet. */
  readonly key: number
}

export interface Counterpart extends Run {
  readonly actor: number
  readonly bytes: number
}

/** Who acts by itself in a simulation: every die, the dies of a replica's region as one, or the dies of a stage in all replicas as one. */
export type Resolution = 'die' | 'region' | 'stage'

/** Who acts in a simulation; dies that are one actor do the same at the same times. */
export interface Cast {
  readonly resolution: Resolution
  /** Stage of each actor, and its dies. */
  readonly stages: readonly number[]
  readonly dies: readonly (readonly number[])[]
  readonly programs: readonly StageProgram[]
  meeting(actor: number, call: Call): Meeting
  /** The actor of another stage that an actor sends to, how, and the bytes of one micro-batch's activations (or their gradients) per die. */
  counterpart(actor: number, stage: number): Counterpart
  /** How an actor's tensors get to the memory that keeps them for a while, or back. */
  offload(actor: number, way: Offload['way']): Run
  /** Actors at both ends of the pipeline, which send each other their gradients of a table that both hold; undefined for all others. */
  tableExchange(actor: number): Meeting | undefined
  /** Name of what an actor is, for timelines. */
  name(actor: number): string
}
