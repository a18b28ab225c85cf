import type { Burst } from '../program/burst.ts'
import type { Activity } from '../program/stage-program.ts'

/** What a lane of a timeline shows. */
export type TimelineLane =
  'task' | 'compute' | 'collective' | 'send forward' | 'send backward' | 'synchronisation' | 'offload'

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
  /** Chunk of the receiver whose task of the same kind and micro-batch may start when it has arrived; where several parts are sent, of the last. */
  readonly receiverChunk?: number
}

/** A burst that was on its links from its first byte to its last: rate on links[i] is load[i] x bytes / (end - start), on average. */
export interface TrafficEvent {
  readonly burst: Burst
  /** Bytes of payload. */
  readonly bytes: number
  readonly start_s: number
  readonly end_s: number
}
