import {
  COMPUTE,
  SEND_BACKWARD,
  SEND_FORWARD,
  SYNCHRONISATION,
  TASK,
  type TimelineColumns
} from './timeline-columns.ts'

/** In place of an event: what the step adds after its last event, or a wait that no event of the timeline explains. */
export const AFTER_SCHEDULE = -1
export const UNEXPLAINED = -2

/** A chain of events, each of which could only begin when the part of the one before that is on the chain was over. */
export interface CriticalPath {
  /** Events of the timeline in order of time, or {@link AFTER_SCHEDULE}, {@link UNEXPLAINED}. */
  readonly event: Int32Array
  /** The part of each that is on the path; where one ends the next begins. */
  readonly from_s: Float64Array
  readonly to_s: Float64Array
}

/** Events of one lane of one actor, in the order in which it did them. */
type Lane = readonly number[]

interface Actor {
  readonly tasks: number[]
  readonly lanes: Readonly<Record<number, number[]>>
  optimizer: number
}

const transferKey = (actor: number, lane: number, microBatch: number, chunk: number): string =>
  `${actor} ${lane} ${microBatch} ${chunk}`

/** The latest of a lane's events that has begun by a time. */
function begunBy(lane: Lane, start_s: Float64Array, time_s: number): number {
  let low = 0
  let high = lane.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (start_s[lane[middle]!]! <= time_s) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Walks a timeline backwards, from what ends last to the begin of the step. */
class Walk {
  readonly #timeline: TimelineColumns
  readonly #actors: Actor[] = []
  readonly #position: Int32Array
  /** Transfers by what waits for them. */
  readonly #transfers = new Map<string, number>()

  constructor(timeline: TimelineColumns) {
    this.#timeline = timeline
    this.#position = new Int32Array(timeline.length)
    for (let index = 0; index < timeline.length; index++) this.#add(index)
  }

  #add(index: number): void {
    const { actor, lane, microBatch, receiver, receiverChunk } = this.#timeline
    const one = (this.#actors[actor[index]!] ??= {
      tasks: [],
      lanes: { [SEND_FORWARD]: [], [SEND_BACKWARD]: [], [SYNCHRONISATION]: [] },
      optimizer: -1
    })
    const kind = lane[index]!
    if (kind === TASK) this.#position[index] = one.tasks.push(index) - 1
    else if (kind === COMPUTE) {
      if (this.#isOptimizer(index)) one.optimizer = index
    } else if (one.lanes[kind]) this.#position[index] = one.lanes[kind].push(index) - 1
    if (receiverChunk[index]! >= 0)
      this.#transfers.set(transferKey(receiver[index]!, kind, microBatch[index]!, receiverChunk[index]!), index)
  }

  #isOptimizer(index: number): boolean {
    return this.#timeline.labels[this.#timeline.activity[index]!] === 'optimizer'
  }

  /** The event that ends last. */
  get last(): number {
    const { end_s } = this.#timeline
    return this.#actors
      .filter((one) => one !== undefined)
      .flatMap(({ tasks, lanes, optimizer }) => [
        ...(lanes[SYNCHRONISATION]!.length > 0 ? [lanes[SYNCHRONISATION]!.at(-1)!] : []),
        ...(optimizer >= 0 ? [optimizer] : []),
        ...(tasks.length > 0 ? [tasks.at(-1)!] : [])
      ])
      .reduce((most, index) => (most < 0 || end_s[index]! > end_s[most]! ? index : most), -1)
  }

  /** What an event could not begin before, of what ends when it begins, or, in parts, the task that asked for it; -1 at the begin of the step. */
  before(index: number): number {
    const { lane, actor } = this.#timeline
    const kind = lane[index]!
    const one = this.#actors[actor[index]!]!
    if (kind === TASK) return this.#beforeTask(index, one)
    const previous = one.lanes[kind]?.[this.#position[index]! - 1]
    if (previous !== undefined && this.#touches(previous, index)) return previous
    if (kind !== SYNCHRONISATION) return kind === COMPUTE ? this.#endedFor(index, one) : this.#asking(index, one)
    return this.#beforeSynchronisation(index, one)
  }

  #touches(before: number, after: number): boolean {
    return this.#timeline.end_s[before] === this.#timeline.start_s[after]
  }

  #beforeTask(index: number, one: Actor): number {
    const { start_s, labels, name, microBatch, chunk, actor } = this.#timeline
    if (start_s[index] === 0) return -1
    const previous = one.tasks[this.#position[index]! - 1]
    if (previous !== undefined && this.#touches(previous, index)) return previous
    const lane = labels[name[index]!] === 'forward' ? SEND_FORWARD : SEND_BACKWARD
    const arrival = this.#transfers.get(transferKey(actor[index]!, lane, microBatch[index]!, chunk[index]!))
    return arrival !== undefined && this.#touches(arrival, index) ? arrival : UNEXPLAINED
  }

  /** The task of the same actor during or after which a transfer or a synchronisation was asked for. */
  #asking(index: number, { tasks }: Actor): number {
    const { start_s, end_s } = this.#timeline
    const at = begunBy(tasks, start_s, start_s[index]!)
    // One that begins at this very moment has asked for nothing yet, unless it is the first of all.
    const task = tasks[at]
    if (task === undefined) return UNEXPLAINED
    if (start_s[task]! < start_s[index]! && end_s[task]! >= start_s[index]!) return task
    const earlier = tasks[at - 1]
    if (earlier !== undefined && this.#touches(earlier, index)) return earlier
    return start_s[index] === 0 ? -1 : UNEXPLAINED
  }

  /** Of the optimiser: the sums of gradients, or the last task. */
  #endedFor(index: number, one: Actor): number {
    const sums = one.lanes[SYNCHRONISATION]!.find((entry) => this.#touches(entry, index))
    if (sums !== undefined) return sums
    const task = one.tasks.at(-1)
    return task !== undefined && this.#touches(task, index) ? task : UNEXPLAINED
  }

  #beforeSynchronisation(index: number, one: Actor): number {
    if (one.optimizer >= 0 && this.#touches(one.optimizer, index)) return one.optimizer
    const own = this.#asking(index, one)
    if (own !== UNEXPLAINED && (own === -1 || this.#timeline.end_s[own] === this.#timeline.start_s[index])) return own
    // A group meets when its last member comes: what held that one up.
    return this.#lastToCome(index) ?? own
  }

  #lastToCome(index: number): number | undefined {
    const { start_s, end_s, name, labels } = this.#timeline
    for (const other of this.#actors) {
      if (!other) continue
      const lane = other.lanes[SYNCHRONISATION]!
      const at = lane.findIndex(
        (entry) =>
          entry !== index &&
          start_s[entry] === start_s[index] &&
          end_s[entry] === end_s[index] &&
          labels[name[entry]!] === labels[name[index]!]
      )
      if (at < 0) continue
      const previous = lane[at - 1]
      if (previous !== undefined && this.#touches(previous, index)) return previous
      if (other.optimizer >= 0 && this.#touches(other.optimizer, index)) return other.optimizer
      const task = this.#asking(lane[at]!, other)
      if (task >= 0) return task
    }
    return undefined
  }
}

/**
 * The longest chain of what a step waits for, read from the timeline of its execution: its parts follow each other without a gap and sum to
 * the time of the step. A task counts as a whole, with what it waits for inside. The timeline must hold the tasks, transfers,
 * synchronisation and optimiser of every micro-batch.
 * @param time_s of the step, which may add something after its last event
 */
export function criticalPath(timeline: TimelineColumns, time_s: number): CriticalPath {
  const walk = new Walk(timeline)
  const parts: { event: number; from_s: number; to_s: number }[] = []
  let event = walk.last
  let to_s = event < 0 ? 0 : timeline.end_s[event]!
  if (time_s > to_s) parts.push({ event: AFTER_SCHEDULE, from_s: to_s, to_s: time_s })
  // Every step goes to an earlier event; as many as there are is the most it can take.
  for (let left = timeline.length; event >= 0 && left > 0; left--) {
    const from_s = timeline.start_s[event]!
    if (from_s < to_s) parts.push({ event, from_s, to_s })
    to_s = from_s
    event = walk.before(event)
  }
  if (to_s > 0) parts.push({ event: UNEXPLAINED, from_s: 0, to_s })
  parts.reverse()
  return {
    event: Int32Array.from(parts, (part) => part.event),
    from_s: Float64Array.from(parts, (part) => part.from_s),
    to_s: Float64Array.from(parts, (part) => part.to_s)
  }
}
