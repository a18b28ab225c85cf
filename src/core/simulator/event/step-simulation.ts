import { IndexedHeap } from '../../optimization/indexed-heap.ts'
import type { StepFrame } from '../pipeline.ts'
import type { Network } from '../network/network.ts'
import { PROGRAM_OF_KIND, type Activity, type Segment } from '../program/stage-program.ts'
import { dependsOn, type ScheduleOrder } from '../schedule-order.ts'
import { FORWARD, WEIGHT_GRADIENT, chunkOf, kindOf, microBatchOf, packTask, taskOf } from '../schedule-tasks.ts'
import * as actor from './actor.ts'
import { Actor, type Entry } from './actor.ts'
import { BurstTraffic } from '../program/burst-traffic.ts'
import { TimeGrid } from '../program/time-grid.ts'
import type { RoutedCast } from './casts.ts'
import { LaneWork } from './lane-work.ts'
import { FIRST, LAST, marksOf } from './task-marks.ts'
import { OPTIMIZER_TASK, type ComputeTime, type Folding, type SimulationOptions } from './simulation-options.ts'
import type { TimelineEvent, TimelineLane } from './timeline.ts'

/** What is left of a whole after its shares are taken. */
const ROUNDING = 1e-12

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
  readonly #grid: TimeGrid
  readonly #cast: RoutedCast
  readonly #frame: StepFrame
  readonly #options: SimulationOptions
  /** By stage, {@link FIRST} and {@link LAST} of its tasks in order. */
  readonly #marks: readonly Uint8Array[]
  readonly #lanes: LaneWork
  readonly #computeTime: ComputeTime
  /** What has happened at this moment that folding is told of. */
  #hasEndedTask = false
  #hasEndedLayer = false

  constructor(network: Network, cast: RoutedCast, frame: StepFrame, order: ScheduleOrder, options: SimulationOptions) {
    this.#cast = cast
    this.#frame = frame
    this.#options = options
    this.#grid = new TimeGrid(options.about_s)
    this.#computeTime = options.computeTime ?? ((_actor, compute_s) => compute_s)
    this.order = order
    this.actors = cast.stages.map((stage, index) => new Actor(index, stage, order.tasks[stage]!))
    this.heap.reserve(this.actors.length * actor.SLOTS)
    this.#marks = order.tasks.map((tasks) => marksOf(order, tasks))
    this.traffic = new BurstTraffic(network, cast.bursts, this.heap, this.actors.length * actor.SLOTS, this.#grid)
    const { actors, heap, traffic } = this
    this.#lanes = new LaneWork({ cast, order, actors, heap, traffic, clock: this, grid: this.#grid }, options)
  }

  /** Runs to the end, folded where it is told to be; returns the time at which the last actor is done, in seconds. */
  run(folding?: Folding): number {
    for (const one of this.actors) this.#advance(one)
    for (;;) {
      if (this.heap.least > this.now_s) this.#endMoment(folding)
      if (this.heap.size === 0) break
      const slot = this.heap.first
      this.now_s = this.heap.least
      this.heap.remove(slot)
      const one = this.actors[Math.floor(slot / actor.SLOTS)]!
      const lane = (slot % actor.SLOTS) - 1
      if (lane < 0) this.#computed(one)
      else this.#lanes.onEvent(one, lane, this.#entryDone)
    }
    const stuck = this.actors.find(({ phase }) => phase !== actor.DONE)
    if (stuck) throw new RangeError(`${this.#cast.name(stuck.index)} waits for ever in task ${stuck.task}`)
    return this.actors.reduce((last, { end_s }) => Math.max(last, end_s), 0)
  }

  /** Before time goes on, bursts get the rates that all that has happened at this moment leaves them. */
  #endMoment(folding: Folding | undefined): void {
    this.traffic.settle(this.now_s)
    if (!folding || this.heap.least <= this.now_s) return
    if (this.#hasEndedTask) folding.afterTask()
    else if (this.#hasEndedLayer) folding.afterLayer()
    this.#hasEndedTask = this.#hasEndedLayer = false
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
          this.#afterRest(one)
          break
        case actor.OFFLOADED:
          if (one.lanes[actor.OFFLOAD]!.entries.length > 0) return this.#wait(one)
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
          this.#exchange(one)
          break
        case actor.EXCHANGED:
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
      this.#enqueueSynchronisation(one, 'gradients', 1 - one.reduced)
      one.phase = actor.REDUCED
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
    if (this.markOf(one.stage, one.position) & FIRST)
      this.#enqueueSynchronisation(one, 'weights', this.#frame.gradientOverlap / this.order.chunks)
    this.#startBlock(one)
    return true
  }

  #segmentsOf(one: Actor, packed: number): readonly Segment[] {
    return this.#cast.programs[one.stage]![PROGRAM_OF_KIND[kindOf(packed)]!][chunkOf(this.order, packed)]!
  }

  #startBlock(one: Actor): void {
    const segment = one.segments[one.segment]
    if (!segment) {
      one.phase = actor.GATHERED
      if (!(this.markOf(one.stage, one.position) & FIRST)) this.#send(one)
      return
    }
    const block = segment.blocks[one.block]!
    const lane = one.lanes[actor.COLLECTIVES]!
    one.tolerated = block.before.length > 0 ? 0 : lane.entries.length
    for (const call of block.before) this.#lanes.call(one, actor.COLLECTIVES, call, 1, 1)
    one.phase = actor.BEFORE
  }

  #compute(one: Actor): void {
    one.waitsSince_s = -1
    const [block, overlap] = [one.segments[one.segment]!.blocks[one.block]!, this.#frame.overlap]
    for (const call of block.beside) if (overlap > 0) this.#lanes.call(one, actor.COLLECTIVES, call, overlap, overlap)
    if (block.offloads && overlap > 0) this.#lanes.offload(one, block.offloads, overlap)
    one.tolerated = Math.max(0, block.beside.length - block.awaited)
    one.phase = actor.COMPUTING
    one.blockStart_s = this.now_s
    const compute_s = this.#computeTime(one.index, block.compute_s, one.task)
    this.#work(one, block.activity, compute_s)
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
    const [block, overlap] = [one.segments[one.segment]!.blocks[one.block]!, this.#frame.overlap]
    if (overlap < 1)
      for (const call of block.rest) this.#lanes.call(one, actor.COLLECTIVES, call, 1 - overlap, 1 - overlap)
    if (overlap < 1 && block.rest.length > 0) one.phase = actor.REST
    else this.#afterRest(one)
  }

  #afterRest(one: Actor): void {
    one.waitsSince_s = -1
    const { awaitsOffload } = one.segments[one.segment]!.blocks[one.block]!
    if (!awaitsOffload) return this.#nextBlock(one)
    const rest = 1 - this.#frame.overlap
    if (rest > 0) this.#lanes.offload(one, awaitsOffload, rest)
    one.phase = actor.OFFLOADED
  }

  #nextBlock(one: Actor): void {
    one.waitsSince_s = -1
    const segment = one.segments[one.segment]!
    if (++one.block === segment.blocks.length) {
      one.block = 0
      // The gradients of a layer are complete after its last backward pass.
      const isLast = this.markOf(one.stage, one.position) & LAST
      if (isLast) this.#enqueueReady(one)
      if (++one.repeat === segment.times) {
        one.repeat = 0
        one.segment++
      } else if (!isLast && this.#leads(one)) this.#hasEndedLayer = true
    }
    this.#startBlock(one)
  }

  /** Whether all actors before it wait for a task. */
  #leads({ index }: Actor): boolean {
    for (let before = 0; before < index; before++) if (this.actors[before]!.phase !== actor.NEXT_TASK) return false
    return true
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
      one.sendLane = laneIndex
      const target = packTask(this.order, kind, next.task.chunk, next.task.microBatch)
      if (overlap < 1) this.#lanes.send(one, laneIndex, counterpart, 1 - overlap, true, overlap === 0 ? target : -1)
      if (overlap > 0) this.#lanes.send(one, laneIndex, counterpart, overlap, false, target)
    }
  }

  #endTask(one: Actor): void {
    one.waitsSince_s = -1
    const packed = one.task
    this.#tell(one, 'task', taskOf(this.order, packed).kind, actor.TASK_ACTIVITIES[kindOf(packed)]!, one.taskStart_s)
    one.position++
    one.phase = actor.NEXT_TASK
    if (one.index === 0) this.#hasEndedTask = true
  }

  /** The ends of a pipeline that hold one table add up its gradients before their optimisers use them. */
  #exchange(one: Actor): void {
    one.waitsSince_s = -1
    const exchange = this.#cast.tableExchange(one.index)
    if (exchange) this.#lanes.exchange(one, exchange, this.#frame.tiedShard_B)
    one.phase = actor.EXCHANGED
  }

  #optimize(one: Actor): void {
    one.waitsSince_s = -1
    const optimizer_s = this.#computeTime(one.index, this.#cast.programs[one.stage]!.optimizer_s, OPTIMIZER_TASK)
    one.phase = actor.OPTIMIZING
    one.blockStart_s = this.now_s
    this.#work(one, 'optimizer', optimizer_s)
  }

  /** Computes until then; booked is what it takes on the grid, so that parts sum to the time. */
  #work(one: Actor, activity: Activity, compute_s: number): void {
    const end_s = this.#grid.after(this.now_s, compute_s)
    one.busy_s[actor.ACTIVITY_SLOTS[activity]]! += end_s - this.now_s
    this.heap.set(one.index * actor.SLOTS, end_s)
  }

  #enqueueSynchronisation(one: Actor, what: 'gradients' | 'weights', share: number): void {
    if (share <= ROUNDING) return
    for (const call of this.#cast.programs[one.stage]![what])
      this.#lanes.call(one, actor.SYNCHRONISATION, call, share, 1)
  }

  /** Those whose lanes ran an entry may go on, and who receives its result, if that is what it stands still for. */
  readonly #entryDone = (entry: Entry, members: readonly number[]): void => {
    for (const index of members) this.#advance(this.actors[index]!)
    if (entry.delivers < 0) return
    const one = this.actors[entry.receiver]!
    one.delivered.add(entry.delivers)
    if (one.phase !== actor.NEXT_TASK || one.tasks[one.position] !== entry.delivers) return
    actor.chargeArrival(one, this.now_s, entry.asked_s)
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
