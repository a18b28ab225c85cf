import type { IndexedHeap } from '../../optimization/indexed-heap.ts'
import type { Call, Offload } from '../program/stage-program.ts'
import type { ScheduleOrder } from '../schedule-order.ts'
import { chunkOf, microBatchOf } from '../schedule-tasks.ts'
import { exchangesTensors } from '../step-operations.ts'
import * as actor from './actor.ts'
import type { Actor, Entry, Lane } from './actor.ts'
import type { BurstTraffic } from '../program/burst-traffic.ts'
import type { TimeGrid } from '../program/time-grid.ts'
import type { Cast, Counterpart, Meeting } from './cast.ts'
import type { TimelineEvent, TimelineLane, TrafficEvent } from './timeline.ts'

/** Who is told what lanes did. */
export interface LaneListeners {
  readonly record?: (event: TimelineEvent) => void
  readonly recordTraffic?: (traffic: TrafficEvent) => void
}

/** What lanes work on, which a simulation owns. */
export interface LaneContext {
  readonly cast: Cast
  readonly order: ScheduleOrder
  readonly actors: readonly Actor[]
  readonly heap: IndexedHeap
  readonly traffic: BurstTraffic
  readonly clock: { readonly now_s: number }
  readonly grid: TimeGrid
}

const LANE_NAMES: readonly TimelineLane[] = [
  'collective',
  'send forward',
  'send backward',
  'synchronisation',
  'offload'
]

/** What an actor that stands still for a lane waits for; for collectives it depends on their group. */
const WAITS: readonly number[] = [
  actor.TENSOR_WAIT,
  actor.PIPELINE_WAIT,
  actor.PIPELINE_WAIT,
  actor.DATA_WAIT,
  actor.ACTIVITY_SLOTS.offload
]

const OFFLOAD_NAMES: Readonly<Record<Offload['way'], string>> = { out: 'tensors out', back: 'tensors back' }

/** An entry that nobody meets for, waits for or receives. */
const NOBODY = {
  call: undefined,
  name: 'activations',
  key: -1,
  size: 1,
  burst: 0,
  isWaited: false,
  receiver: -1,
  delivers: -1,
  started_s: 0,
  burstStarted_s: 0
}

/** The lanes of all actors: entries run one after another, those of a group when all its members have come to them, burst after burst. */
export class LaneWork {
  readonly #cast: Cast
  readonly #order: ScheduleOrder
  readonly #actors: readonly Actor[]
  readonly #heap: IndexedHeap
  readonly #traffic: BurstTraffic
  readonly #clock: { readonly now_s: number }
  readonly #grid: TimeGrid
  readonly #options: LaneListeners
  /** Actors that have arrived where others are still missing, by who meets and on which lane. */
  readonly #arrivals: (number[] | undefined)[] = []

  constructor({ cast, order, actors, heap, traffic, clock, grid }: LaneContext, listeners: LaneListeners) {
    this.#cast = cast
    this.#order = order
    this.#actors = actors
    this.#heap = heap
    this.#traffic = traffic
    this.#clock = clock
    this.#grid = grid
    this.#options = listeners
  }

  /**
   * Hands a share of a collective's bytes to a lane.
   * @param latencyShare of a collective by itself 1, of a part of one its share
   */
  call(one: Actor, laneIndex: number, call: Call, share: number, latencyShare: number): void {
    const meeting = this.#cast.meeting(one.index, call)
    if (meeting.bursts.length === 0) return
    const { key, size } = meeting
    this.#put(one, laneIndex, { ...NOBODY, run: meeting, bytes: share * call.bytes, latencyShare, call, key, size })
  }

  /** Hands a share of a task's result to a lane; waited for or not, and with it what may start at the receiver, or -1. */
  send(one: Actor, laneIndex: number, to: Counterpart, share: number, isWaited: boolean, delivers: number): void {
    const { actor: receiver, bytes } = to
    this.#put(one, laneIndex, {
      ...NOBODY,
      run: to,
      bytes: share * bytes,
      latencyShare: share,
      isWaited,
      receiver,
      delivers
    })
  }

  /** Hands a share of what a step offloads, or gets back, to its lane. */
  offload(one: Actor, { way, bytes }: Offload, share: number): void {
    const run = this.#cast.offload(one.index, way)
    const name = OFFLOAD_NAMES[way]
    this.#put(one, actor.OFFLOAD, { ...NOBODY, run, bytes: share * bytes, latencyShare: share, name })
  }

  /** Hands the exchange of a table's gradients to the lane that has summed them among replicas. */
  exchange(one: Actor, meeting: Meeting, bytes: number): void {
    const { key, size } = meeting
    const name = 'table gradients'
    this.#put(one, actor.SYNCHRONISATION, { ...NOBODY, run: meeting, bytes, latencyShare: 1, key, size, name })
  }

  #put(one: Actor, laneIndex: number, what: Omit<Entry, 'asked_s' | 'task'>): void {
    const lane = one.lanes[laneIndex]!
    const entry = { ...what, asked_s: this.#clock.now_s, task: one.task }
    lane.entries.push(entry)
    if (entry.isWaited) lane.waited++
    if (lane.entries.length === 1) this.#arrive(one, lane)
  }

  /** The first entry of a lane may start; collectives wait for all members of their group. */
  #arrive(one: Actor, lane: Lane): void {
    const entry = lane.entries[0]!
    entry.started_s = this.#clock.now_s
    if (entry.size === 1) {
      this.#startBurst(one, lane, entry)
      return
    }
    const place = entry.key * one.lanes.length + lane.index
    const waiting = (this.#arrivals[place] ??= [])
    waiting.push(one.index)
    if (waiting.length < entry.size) return
    this.#arrivals[place] = undefined
    for (const index of waiting) this.#actors[index]!.lanes[lane.index]!.entries[0]!.started_s = this.#clock.now_s
    lane.members = waiting
    this.#startBurst(one, lane, entry)
  }

  #startBurst(one: Actor, lane: Lane, entry: Entry): void {
    lane.isFlowing = true
    entry.burstStarted_s = this.#clock.now_s
    this.#traffic.start(
      one.index * actor.SLOTS + 1 + lane.index,
      entry.run.bursts[entry.burst]!,
      entry.bytes,
      this.#clock.now_s
    )
  }

  /**
   * A burst has sent its last byte, or that byte has arrived.
   * @param done told of an entry that is complete and of the actors whose lanes ran it
   */
  onEvent(one: Actor, laneIndex: number, done: (entry: Entry, members: readonly number[]) => void): void {
    const lane = one.lanes[laneIndex]!
    const slot = one.index * actor.SLOTS + 1 + laneIndex
    const entry = lane.entries[0]!
    if (lane.isFlowing) {
      lane.isFlowing = false
      this.#traffic.end(slot)
      const burst = entry.run.routed.bursts[entry.burst]!
      const { bytes, burstStarted_s: start_s } = entry
      this.#options.recordTraffic?.({ burst, bytes, start_s, end_s: this.#clock.now_s })
      this.#heap.set(slot, this.#grid.after(this.#clock.now_s, entry.latencyShare * burst.latency_s))
      return
    }
    if (++entry.burst < entry.run.bursts.length) {
      this.#startBurst(one, lane, entry)
      return
    }
    const members = lane.members ?? [one.index]
    lane.members = undefined
    for (const index of members) this.#completeEntry(this.#actors[index]!, lane.index)
    done(entry, members)
  }

  #completeEntry(one: Actor, laneIndex: number): void {
    const lane = one.lanes[laneIndex]!
    const entry = lane.entries.shift()!
    if (entry.isWaited) lane.waited--
    const { call } = entry
    this.#charge(one, laneIndex, entry)
    if (this.#options.record)
      this.#options.record({
        actor: one.index,
        stage: one.stage,
        lane: LANE_NAMES[laneIndex]!,
        name: call ? `${call.kind} (${typeof call.group === 'number' ? 'region' : call.group})` : entry.name,
        activity: call?.kind ?? 'point-to-point',
        microBatch: microBatchOf(this.#order, entry.task),
        chunk: chunkOf(this.#order, entry.task),
        start_s: entry.started_s,
        end_s: this.#clock.now_s,
        bytes: entry.bytes,
        algorithm: entry.run.routed.algorithm,
        ...(entry.receiver >= 0 && { receiver: entry.receiver }),
        ...(entry.delivers >= 0 && { receiverChunk: chunkOf(this.#order, entry.delivers) })
      })
    if (lane.entries.length > 0) this.#arrive(one, lane)
  }

  /** Time that an actor has stood still for a lane is that lane's. */
  #charge(one: Actor, laneIndex: number, { call }: Entry): void {
    if (one.waitsSince_s < 0 || !actor.WAITED_LANES[one.phase]?.includes(laneIndex)) return
    const isOfState = call !== undefined && !exchangesTensors(call.group)
    const slot = isOfState ? actor.DATA_WAIT : WAITS[laneIndex]!
    one.busy_s[slot]! += this.#clock.now_s - one.waitsSince_s
    one.waitsSince_s = this.#clock.now_s
  }
}
