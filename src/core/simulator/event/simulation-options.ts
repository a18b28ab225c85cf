import type { LaneListeners } from './lane-work.ts'

/** Seconds of compute of an actor's block in a task (-1: the optimiser step), for jitter and stragglers. */
export type ComputeTime = (actorIndex: number, compute_s: number, packedTask: number) => number

/** The optimiser step as a task. */
export const OPTIMIZER_TASK = -1

export interface SimulationOptions extends LaneListeners {
  /** About as long as the step takes: times are on a grid for that. */
  readonly about_s: number
  readonly computeTime?: ComputeTime
}

/** Told when all that happens at a moment has happened; may move the simulation on. */
export interface Folding {
  /** The first actor has ended a task. */
  afterTask(): void
  /** The first actor that does not wait for a task has ended a layer, which others like it may follow. */
  afterLayer(): void
}
