import type { TimelineEvent, TimelineLane } from './timeline.ts'

export const timelineLanes: readonly TimelineLane[] = [
  'task',
  'compute',
  'collective',
  'send forward',
  'send backward',
  'synchronisation',
  'offload'
]
export const TASK = 0
export const COMPUTE = 1
export const COLLECTIVE = 2
export const SEND_FORWARD = 3
export const SEND_BACKWARD = 4
export const SYNCHRONISATION = 5
export const OFFLOAD = 6

/** Events of a timeline, one array per quantity, in the order in which they ended. */
export interface TimelineColumns {
  readonly length: number
  readonly actor: Int32Array
  readonly stage: Int32Array
  /** Index into {@link timelineLanes}. */
  readonly lane: Uint8Array
  readonly microBatch: Int32Array
  readonly chunk: Int32Array
  readonly start_s: Float64Array
  readonly end_s: Float64Array
  /** Bytes of payload; 0 for what is no communication. */
  readonly bytes: Float64Array
  /** Index into `labels`. */
  readonly name: Int32Array
  readonly activity: Int32Array
  /** Index into `labels`; -1 where there is none. */
  readonly algorithm: Int32Array
  /** Actor and chunk that a transfer goes to; -1 where there is none. */
  readonly receiver: Int32Array
  readonly receiverChunk: Int32Array
  readonly labels: readonly string[]
}

/** Gathers events into columns. */
export class TimelineBuilder {
  readonly #events: TimelineEvent[] = []

  add(event: TimelineEvent): void {
    this.#events.push(event)
  }

  get length(): number {
    return this.#events.length
  }

  columns(): TimelineColumns {
    const events = this.#events
    const labels: string[] = []
    const indices = new Map<string, number>()
    const label = (text: string | undefined): number => {
      if (text === undefined) return -1
      let index = indices.get(text)
      if (index === undefined) {
        index = labels.push(text) - 1
        indices.set(text, index)
      }
      return index
    }
    const whole = (of: (event: TimelineEvent) => number): Int32Array => Int32Array.from(events, of)
    const real = (of: (event: TimelineEvent) => number): Float64Array => Float64Array.from(events, of)
    return {
      length: events.length,
      actor: whole(({ actor }) => actor),
      stage: whole(({ stage }) => stage),
      lane: Uint8Array.from(events, ({ lane }) => timelineLanes.indexOf(lane)),
      microBatch: whole(({ microBatch }) => microBatch),
      chunk: whole(({ chunk }) => chunk),
      start_s: real(({ start_s }) => start_s),
      end_s: real(({ end_s }) => end_s),
      bytes: real(({ bytes }) => bytes ?? 0),
      name: whole(({ name }) => label(name)),
      activity: whole(({ activity }) => label(activity)),
      algorithm: whole(({ algorithm }) => label(algorithm)),
      receiver: whole(({ receiver }) => receiver ?? -1),
      receiverChunk: whole(({ receiverChunk }) => receiverChunk ?? -1),
      labels
    }
  }
}

/** An event as it was given. */
export function eventAt(columns: TimelineColumns, index: number): TimelineEvent {
  const { labels } = columns
  const lane = timelineLanes[columns.lane[index]!]!
  const isPayload = columns.algorithm[index]! >= 0
  return {
    actor: columns.actor[index]!,
    stage: columns.stage[index]!,
    lane,
    name: labels[columns.name[index]!]!,
    activity: labels[columns.activity[index]!]! as TimelineEvent['activity'],
    microBatch: columns.microBatch[index]!,
    chunk: columns.chunk[index]!,
    start_s: columns.start_s[index]!,
    end_s: columns.end_s[index]!,
    ...(isPayload && { bytes: columns.bytes[index]!, algorithm: labels[columns.algorithm[index]!]! }),
    ...(columns.receiver[index]! >= 0 && { receiver: columns.receiver[index]! }),
    ...(columns.receiverChunk[index]! >= 0 && { receiverChunk: columns.receiverChunk[index]! })
  }
}
