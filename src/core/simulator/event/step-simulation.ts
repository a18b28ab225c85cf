import { IndexedHeap } from '../../optimization/indexed-heap.ts'
import type { StepFrame } from '../pipeline.ts'
import type { Network } from '../network/network.ts'
import type { Call, Segment } from '../program/stage-program.ts'
import { dependsOn, type ScheduleOrder } from '../schedule-order.ts'
import {
  BACKWARD,
  FORWARD,
  INPUT_GRADIENT,
  WEIGHT_GRADIENT,
  chunkOf,
  kindOf,
  microBatchOf,
  packTask,
  taskOf
} from '../schedule-tasks.ts'
import * as actor from './actor.ts'
import { Actor, type Entry, type Lane } from './actor.ts'
import { BurstTraffic } from './burst-traffic.ts'
import type { RoutedCast } from './casts.ts'
import type { TimelineEvent, TimelineLane, TrafficEvent } from './timeline.ts'

/** Seconds of compute of an actor's block in a task (-1: the optimiser step), for jitter and stragglers. */
export type ComputeTime = (actorIndex: number, compute_s: number, packedTask: number) => number

/** The optimiser step as a task. */
export const OPTIMIZER_TASK = -1

/** What is special about a task of a stage: the first forward pass of a chunk, and the last task that adds to its gradients. */
const FIRST = 1
const LAST = 2

export interface SimulationOptions {
  readonly computeTime?: ComputeTime
  readonly record?: (event: TimelineEvent) => void
  readonly recordTraffic?: (traffic: TrafficEvent) => void
  /** Called when all that happens at a moment has happened, if the first actor has then done a task; may shift the simulation forward. */
  readonly afterMoment?: () => void
}

const LANE_NAMES: readonly TimelineLane[] = ['collective', 'send forward', 'send backward', 'synchronisation']
/** What is left of a whole after its shares are taken. */
const ROUNDING = 1e-12

function marksOf(order: ScheduleOrder, tasks: Int32Array): Uint8Array {
  const marks = new Uint8Array(tasks.length)
  for (let chunk = 0; chunk < order.chunks; chunk++) {
    const isFirst = (packed: number): boolean => kindOf(packed) === FORWARD && chunkOf(order, packed) === chunk
    const isLast = (packed: number): boolean =>
      (kindOf(packed) === BACKWARD || kindOf(packed) === WEIGHT_GRADIENT) && chunkOf(order, packed) === chunk
    marks[tasks.findIndex(isFirst)]! |= FIRST
    marks[tasks.findLastIndex(isLast)]! |= LAST
  }
  return marks
}

/**
 * One optimiser step, event by event: every actor executes its tasks in the schedule's order, block by block; collectives run on a lane of
 * their own beside the compute that hides them; results go to the neighbours over the links; gradients are synchronised while the last
 * backward passes still run, weights are gathered under the first forward pass.
 */
export class StepSimulation {
  readonly actors: readonly Actor[]
  readonly heap = new IndexedHeap()
  readonly traffic: BurstTraffic
  readonly order: ScheduleOrder
  now_s = 0
  readonly #cast: RoutedCast
  readonly #frame: StepFrame
  readonly #options: SimulationOptions
  /** By stage, {@link FIRST} and {@link LAST} of its tasks in order. */
  readonly #marks: readonly Uint8Array[]
  /** Actors that have arrived where others are still missing, by who meets and on which lane. */
  readonly #arrivals: (number[] | undefined)[] = []
  #isMoment = false

  constructor(
    network: Network,
    cast: RoutedCast,
    frame: StepFrame,
    order: ScheduleOrder,
    options: SimulationOptions = {}
  ) {
    this.#cast = cast
    this.#frame = frame
    this.#options = options
    this.order = order
    this.actors = cast.stages.map((stage, index) => new Actor(index, stage, order.tasks[stage]!))
    this.heap.reserve(this.actors.length * actor.SLOTS)
    this.#marks = order.tasks.map((tasks) => marksOf(order, tasks))
    this.traffic = new BurstTraffic(network, cast.bursts, this.heap, this.actors.length * actor.SLOTS)
  }

  /** Runs to the end; returns the time at which the last actor is done, in seconds. */
  run(): number {
    for (const one of this.actors) this.#advance(one)
    for (;;) {
      if (this.heap.least > this.now_s) this.#endMoment()
      if (this.heap.size === 0) break
      const slot = this.heap.first
      this.now_s = this.heap.least
      this.heap.remove(slot)
      const one = this.actors[Math.floor(slot / actor.SLOTS)]!
      const lane = (slot % actor.SLOTS) - 1
      if (lane < 0) this.#computed(one)
      else this.#laneEvent(one, one.lanes[lane]!, slot)
    }
    const unfinished = this.actors.find(({ phase }) => phase !== actor.DONE)
    if (unfinished)
      throw new RangeError(`${this.#cast.name(unfinished.index)} waits for ever in task ${unfinished.task}`)
    return this.actors.reduce((last, { end_s }) => Math.max(last, end_s), 0)
  }

  /** Before time goes on, bursts get the rates that all that has happened at this moment leaves them. */
  #endMoment(): void {
    this.traffic.settle(this.now_s)
    if (!this.#isMoment || this.heap.least <= this.now_s) return
    this.#isMoment = false
    this.#options.afterMoment?.()
  }

  /** How a task of an actor's order stands out, which therefore repeats no other; 0 where it does not. */
  markOf(stage: number, position: number): number {
    return this.#marks[stage]![position]!
  }

  /** Goes on until the actor must wait for time to pass or for another. */
  #advance(one: Actor): void {
    for (;;)
      switch (one.phase) {
        case actor.NEXT_TASK:
          if (!this.#nextTask(one)) return
          break
        case actor.BEFORE:
          if (one.lanes[actor.COLLECTIVES]!.entries.length > one.tolerated) return this.#wait(one)
          this.#compute(one)
          return
        case actor.BESIDE:
          if (one.lanes[actor.COLLECTIVES]!.entries.length > one.tolerated) return this.#wait(one)
          this.#afterBeside(one)
          break
        case actor.REST:
          if (one.lanes[actor.COLLECTIVES]!.entries.length > 0) return this.#wait(one)
          this.#nextBlock(one)
          break
        case actor.SENT:
          if (one.lanes[one.sendLane]!.waited > 0) return this.#wait(one)
          this.#endTask(one)
          break
        case actor.GATHERED:
          if (one.lanes[actor.SYNCHRONISATION]!.entries.length > 0) return this.#wait(one)
          this.#send(one)
          break
        case actor.REDUCED:
          if (one.lanes[actor.SYNCHRONISATION]!.entries.length > 0) return this.#wait(one)
          this.#optimize(one)
          return
        case actor.FINISHING:
          if (one.lanes[actor.SYNCHRONISATION]!.entries.length > 0) return this.#wait(one)
          one.phase = actor.DONE
          one.end_s = this.now_s
          return
        default:
          return
      }
  }

  #wait(one: Actor): void {
    if (one.waitsSince_s < 0) one.waitsSince_s = this.now_s
  }

  #nextTask(one: Actor): boolean {
    if (one.position === one.tasks.length) {
      this.#synchronise(one)
      return true
    }
    const packed = one.tasks[one.position]!
    const needed = dependsOn(this.order, one.stage, taskOf(this.order, packed))
    if (needed && needed.stage !== one.stage && !one.delivered.delete(packed)) {
      this.#wait(one)
      return false
    }
    one.waitsSince_s = -1
    one.task = packed
    one.taskStart_s = this.now_s
    one.segments = this.#segmentsOf(one, packed)
    one.segment = one.repeat = one.block = 0
    if (this.#isMarked(one, FIRST))
      this.#enqueueSynchronisation(one, 'weights', this.#frame.gradientOverlap / this.order.chunks)
    this.#startBlock(one)
    return true
  }

  #segmentsOf(one: Actor, packed: number): readonly Segment[] {
    const program = this.#cast.programs[one.stage]!
    const chunk = chunkOf(this.order, packed)
    const kind = kindOf(packed)
    const tasks =
      kind === FORWARD
        ? program.forward
        : kind === BACKWARD
          ? program.backward
          : kind === INPUT_GRADIENT
            ? program.inputGradient
            : program.weightGradient
    return tasks[chunk]!
  }

  #isMarked(one: Actor, mark: number): boolean {
    return (this.markOf(one.stage, one.position) & mark) !== 0
  }

  #startBlock(one: Actor): void {
    const segment = one.segments[one.segment]
    if (!segment) {
      one.phase = actor.GATHERED
      if (!this.#isMarked(one, FIRST)) this.#send(one)
      return
    }
    const block = segment.blocks[one.block]!
    const lane = one.lanes[actor.COLLECTIVES]!
    one.tolerated = block.before.length > 0 ? 0 : lane.entries.length
    for (const call of block.before) this.#enqueueCall(one, lane, call, 1)
    one.phase = actor.BEFORE
  }

  #compute(one: Actor): void {
    one.waitsSince_s = -1
    const block = one.segments[one.segment]!.blocks[one.block]!
    const lane = one.lanes[actor.COLLECTIVES]!
    const { overlap } = this.#frame
    for (const call of block.beside) if (overlap > 0) this.#enqueueCall(one, lane, call, overlap)
    one.tolerated = Math.max(0, block.beside.length - block.awaited)
    one.phase = actor.COMPUTING
    one.blockStart_s = this.now_s
    const compute_s = this.#seconds(one, block.compute_s, one.task)
    one.busy_s[actor.ACTIVITY_SLOTS[block.activity]]! += compute_s
    this.heap.set(one.index * actor.SLOTS, this.now_s + compute_s)
  }

  #seconds(one: Actor, compute_s: number, task: number): number {
    return this.#options.computeTime?.(one.index, compute_s, task) ?? compute_s
  }

  #computed(one: Actor): void {
    if (one.phase === actor.OPTIMIZING) {
      if (this.now_s > one.blockStart_s) this.#tell(one, 'compute', 'optimizer', 'optimizer', one.blockStart_s)
      this.#enqueueSynchronisation(one, 'weights', 1 - this.#frame.gradientOverlap)
      one.phase = actor.FINISHING
    } else {
      one.phase = actor.BESIDE
      const block = one.segments[one.segment]!.blocks[one.block]!
      if (block.compute_s > 0) this.#tell(one, 'compute', block.name, block.activity, one.blockStart_s)
    }
    this.#advance(one)
  }

  #afterBeside(one: Actor): void {
    one.waitsSince_s = -1
    const block = one.segments[one.segment]!.blocks[one.block]!
    const lane = one.lanes[actor.COLLECTIVES]!
    const { overlap } = this.#frame
    if (overlap < 1) for (const call of block.beside) this.#enqueueCall(one, lane, call, 1 - overlap)
    if (overlap < 1 && block.beside.length > 0) one.phase = actor.REST
    else this.#nextBlock(one)
  }

  #nextBlock(one: Actor): void {
    one.waitsSince_s = -1
    const segment = one.segments[one.segment]!
    if (++one.block === segment.blocks.length) {
      one.block = 0
      // The gradients of a layer are complete after its last backward pass.
      if (this.#isMarked(one, LAST)) this.#enqueueReady(one)
      if (++one.repeat === segment.times) {
        one.repeat = 0
        one.segment++
      }
    }
    this.#startBlock(one)
  }

  #enqueueReady(one: Actor): void {
    const layers = one.segments.reduce((sum, { times }) => sum + times, 0)
    const share = this.#frame.gradientOverlap / this.order.chunks / layers
    one.reduced += share
    this.#enqueueSynchronisation(one, 'gradients', share)
  }

  #send(one: Actor): void {
    one.waitsSince_s = -1
    one.phase = actor.SENT
    const packed = one.task
    const kind = kindOf(packed)
    const task = taskOf(this.order, packed)
    const next = kind === WEIGHT_GRADIENT ? undefined : actor.successorOf(this.order, one.stage, task)
    if (next && next.stage !== one.stage) {
      const { overlap } = this.#frame
      const counterpart = this.#cast.counterpart(one.index, next.stage)
      const laneIndex = kind === FORWARD ? actor.SEND_FORWARD : actor.SEND_BACKWARD
      const lane = one.lanes[laneIndex]!
      one.sendLane = laneIndex
      const target = packTask(this.order, kind, next.task.chunk, next.task.microBatch)
      const entry = (share: number, waited: boolean, delivers: boolean): Entry => ({
        run: counterpart,
        bytes: share * counterpart.bytes,
        call: undefined,
        key: -1,
        size: 1,
        burst: 0,
        isWaited: waited,
        receiver: counterpart.actor,
        delivers: delivers ? target : -1,
        started_s: 0,
        burstStarted_s: 0,
        asked_s: this.now_s,
        task: packed
      })
      if (overlap < 1) this.#enqueue(one, lane, entry(1 - overlap, true, overlap === 0))
      if (overlap > 0) this.#enqueue(one, lane, entry(overlap, false, true))
    }
  }

  #endTask(one: Actor): void {
    one.waitsSince_s = -1
    const packed = one.task
    this.#tell(one, 'task', taskOf(this.order, packed).kind, actor.TASK_ACTIVITIES[kindOf(packed)]!, one.taskStart_s)
    one.position++
    one.phase = actor.NEXT_TASK
    if (one.index === 0) this.#isMoment = true
  }

  #synchronise(one: Actor): void {
    this.#enqueueSynchronisation(one, 'gradients', 1 - one.reduced)
    one.phase = actor.REDUCED
  }

  #optimize(one: Actor): void {
    one.waitsSince_s = -1
    const optimizer_s = this.#seconds(one, this.#cast.programs[one.stage]!.optimizer_s, OPTIMIZER_TASK)
    one.busy_s[actor.ACTIVITY_SLOTS.optimizer]! += optimizer_s
    one.phase = actor.OPTIMIZING
    one.blockStart_s = this.now_s
    this.heap.set(one.index * actor.SLOTS, this.now_s + optimizer_s)
  }

  #enqueueSynchronisation(one: Actor, what: 'gradients' | 'weights', share: number): void {
    if (share <= ROUNDING) return
    for (const call of this.#cast.programs[one.stage]![what])
      this.#enqueueCall(one, one.lanes[actor.SYNCHRONISATION]!, call, share)
  }

  #enqueueCall(one: Actor, lane: Lane, call: Call, share: number): void {
    const meeting = this.#cast.meeting(one.index, call)
    if (meeting.bursts.length === 0) return
    this.#enqueue(one, lane, {
      run: meeting,
      bytes: share * call.bytes,
      call,
      key: meeting.key,
      size: meeting.size,
      burst: 0,
      isWaited: false,
      receiver: -1,
      delivers: -1,
      started_s: 0,
      burstStarted_s: 0,
      asked_s: this.now_s,
      task: one.task
    })
  }

  #enqueue(one: Actor, lane: Lane, entry: Entry): void {
    lane.entries.push(entry)
    if (entry.isWaited) lane.waited++
    if (lane.entries.length === 1) this.#arrive(one, lane)
  }

  /** The first entry of a lane may start; collectives wait for all members of their group. */
  #arrive(one: Actor, lane: Lane): void {
    const entry = lane.entries[0]!
    entry.started_s = this.now_s
    if (entry.size === 1) {
      this.#startBurst(one, lane, entry)
      return
    }
    const place = entry.key * one.lanes.length + lane.index
    const waiting = (this.#arrivals[place] ??= [])
    waiting.push(one.index)
    if (waiting.length < entry.size) return
    this.#arrivals[place] = undefined
    for (const index of waiting) this.actors[index]!.lanes[lane.index]!.entries[0]!.started_s = this.now_s
    lane.members = waiting
    this.#startBurst(one, lane, entry)
  }

  #startBurst(one: Actor, lane: Lane, entry: Entry): void {
    lane.isFlowing = true
    entry.burstStarted_s = this.now_s
    this.traffic.start(
      one.index * actor.SLOTS + 1 + lane.index,
      entry.run.bursts[entry.burst]!,
      entry.bytes,
      this.now_s
    )
  }

  /** A burst has sent its last byte, or that byte has arrived. */
  #laneEvent(one: Actor, lane: Lane, slot: number): void {
    const entry = lane.entries[0]!
    if (lane.isFlowing) {
      lane.isFlowing = false
      this.traffic.end(slot)
      const burst = entry.run.routed.bursts[entry.burst]!
      const { bytes, burstStarted_s: start_s } = entry
      this.#options.recordTraffic?.({ burst, bytes, start_s, end_s: this.now_s })
      this.heap.set(slot, this.now_s + burst.latency_s)
      return
    }
    if (++entry.burst < entry.run.bursts.length) {
      this.#startBurst(one, lane, entry)
      return
    }
    const members = lane.members ?? [one.index]
    lane.members = undefined
    for (const index of members) this.#completeEntry(this.actors[index]!, lane.index)
    for (const index of members) this.#advance(this.actors[index]!)
    if (entry.delivers >= 0) this.#deliver(entry)
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
        name: call ? `${call.kind} (${typeof call.group === 'number' ? 'region' : call.group})` : 'activations',
        activity: call?.kind ?? 'point-to-point',
        microBatch: microBatchOf(this.order, entry.task),
        chunk: chunkOf(this.order, entry.task),
        start_s: entry.started_s,
        end_s: this.now_s,
        bytes: entry.bytes,
        algorithm: entry.run.routed.algorithm,
        ...(entry.receiver >= 0 && { receiver: entry.receiver }),
        ...(entry.delivers >= 0 && { receiverChunk: chunkOf(this.order, entry.delivers) })
      })
    if (lane.entries.length > 0) this.#arrive(one, lane)
  }

  /** Time that an actor has stood still for a lane is that lane's. */
  #charge(one: Actor, laneIndex: number, { call }: Entry): void {
    if (one.waitsSince_s < 0 || !actor.WAITED_LANES[one.phase]?.includes(laneIndex)) return
    const isTensor = laneIndex === actor.COLLECTIVES && typeof call?.group === 'number'
    const slot = !call ? actor.PIPELINE_WAIT : isTensor ? actor.TENSOR_WAIT : actor.DATA_WAIT
    one.busy_s[slot]! += this.now_s - one.waitsSince_s
    one.waitsSince_s = this.now_s
  }

  #deliver({ delivers, receiver, asked_s }: Entry): void {
    const one = this.actors[receiver]!
    one.delivered.add(delivers)
    if (one.phase !== actor.NEXT_TASK || one.tasks[one.position] !== delivers) return
    // What it waited before the result was sent is bubble, the rest the transfer.
    const waited_s = this.now_s - one.waitsSince_s
    const transfer_s = Math.min(waited_s, this.now_s - asked_s)
    one.busy_s[actor.PIPELINE_WAIT]! += transfer_s
    one.busy_s[actor.BUBBLE]! += waited_s - transfer_s
    one.waitsSince_s = -1
    this.#advance(one)
  }

  #tell(one: Actor, lane: TimelineLane, name: string, activity: TimelineEvent['activity'], start_s: number): void {
    this.#options.record?.({
      actor: one.index,
      stage: one.stage,
      lane,
      name,
      activity,
      microBatch: microBatchOf(this.order, one.task),
      chunk: chunkOf(this.order, one.task),
      start_s,
      end_s: this.now_s
    })
  }
}
