import type { Activity } from '../program/stage-program.ts'

/** What a lane of a timeline shows. */
export type TimelineLane = 'task' | 'compute' | 'collective' | 'send forward' | 'send backward' | 'synchronisation'

/** Something that took time on one lane of one actor (a stage, or a die of an unfolded run). */
export interface TimelineEvent {
  readonly actor: number
  readonly stage: number
  readonly lane: TimelineLane
  readonly name: string
  readonly activity: Activity | 'all-reduce' | 'reduce-scatter' | 'all-gather' | 'all-to-all' | 'point-to-point'
  readonly microBatch: number
  readonly chunk: number
  readonly start_s: number
  readonly end_s: number
  /** Bytes of payload of communication. */
  readonly bytes?: number
  readonly algorithm?: string
  /** Actor that a transfer goes to. */
  readonly receiver?: number
}
