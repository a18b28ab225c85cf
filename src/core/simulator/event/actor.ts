import type { Activity, Call, Segment } from '../program/stage-program.ts'
import { placeOf, positionOf, type PlacedTask, type ScheduleOrder } from '../schedule-order.ts'
import type { Task } from '../schedule-tasks.ts'
import type { Run } from './cast.ts'

/** Lanes of an actor: work on one runs in the order in which it was asked for. */
export const COLLECTIVES = 0
export const SEND_FORWARD = 1
export const SEND_BACKWARD = 2
export const SYNCHRONISATION = 3
export const OFFLOAD = 4
const LANES = 5
/** Timers of an actor: its compute and its lanes. */
export const SLOTS = 1 + LANES

/** What an actor is at. */
export const NEXT_TASK = 0
export const BEFORE = 1
export const COMPUTING = 2
export const BESIDE = 3
export const REST = 4
export const OFFLOADED = 5
export const GATHERED = 6
export const SENT = 7
export const REDUCED = 8
export const EXCHANGED = 9
export const OPTIMIZING = 10
export const FINISHING = 11
export const DONE = 12

/** The lanes an actor stands still for, by what it is at. */
export const WAITED_LANES: Readonly<Record<number, readonly number[]>> = {
  [BEFORE]: [COLLECTIVES],
  [BESIDE]: [COLLECTIVES],
  [REST]: [COLLECTIVES],
  [OFFLOADED]: [OFFLOAD],
  [GATHERED]: [SYNCHRONISATION],
  [SENT]: [SEND_FORWARD, SEND_BACKWARD],
  [REDUCED]: [SYNCHRONISATION],
  [EXCHANGED]: [SYNCHRONISATION],
  [FINISHING]: [SYNCHRONISATION]
}

/** Slots of {@link Actor.busy_s}; activities first. */
export const ACTIVITY_SLOTS: Readonly<Record<Activity, number>> = {
  forward: 0,
  recompute: 1,
  'input-gradient': 2,
  'weight-gradient': 3,
  optimizer: 4,
  offload: 5,
  synchronisation: 6
}
export const TENSOR_WAIT = 7
export const DATA_WAIT = 8
export const PIPELINE_WAIT = 9
export const BUBBLE = 10
export const BUSY_SLOTS = 11

export const TASK_ACTIVITIES: readonly Activity[] = ['forward', 'input-gradient', 'input-gradient', 'weight-gradient']

/** Something a lane does: a collective or a transfer, burst after burst. */
export interface Entry {
  readonly run: Run
  readonly bytes: number
  /** Share of its latency that it waits: parts of one collective or transfer have it once together. */
  readonly latencyShare: number
  /** The collective; undefined for what has a `name` instead. */
  readonly call: Call | undefined
  readonly name: string
  /** Who meets to start it, and how many they are. */
  readonly key: number
  readonly size: number
  burst: number
  /** Whether the actor stands still until it is done. */
  readonly isWaited: boolean
  readonly receiver: number
  /** Packed task that may start at the receiver, or -1. */
  readonly delivers: number
  started_s: number
  burstStarted_s: number
  readonly asked_s: number
  readonly task: number
}

export interface Lane {
  readonly index: number
  entries: Entry[]
  waited: number
  isFlowing: boolean
  /** Actors whose lanes run the first entry together, where there are several. */
  members: readonly number[] | undefined
}

/** A stage, or one die of an unfolded run, on its way through its tasks. */
export class Actor {
  readonly index: number
  readonly stage: number
  readonly tasks: Int32Array
  readonly lanes: readonly Lane[] = Array.from({ length: LANES }, (_, index) => ({
    index,
    entries: [],
    waited: 0,
    isFlowing: false,
    members: undefined
  }))
  /** Tasks whose inputs have arrived. */
  delivered = new Set<number>()
  /** Seconds by activity and by what it stood still for. */
  readonly busy_s = new Float64Array(BUSY_SLOTS)
  phase = NEXT_TASK
  position = 0
  task = -1
  taskStart_s = 0
  blockStart_s = 0
  segments: readonly Segment[] = []
  segment = 0
  repeat = 0
  block = 0
  /** Share of its gradients that has been handed to its synchronisation lane. */
  reduced = 0
  /** Entries that may be left on the lane of collectives when it goes on. */
  tolerated = 0
  sendLane = SEND_FORWARD
  /** Since when it has stood still; -1 while it does not. */
  waitsSince_s = -1
  end_s = 0

  constructor(index: number, stage: number, tasks: Int32Array) {
    this.index = index
    this.stage = stage
    this.tasks = tasks
  }
}

/** The task that needs the result of a forward pass or an input gradient; undefined at the ends of the model. */
export function successorOf(order: ScheduleOrder, stage: number, task: Task): PlacedTask | undefined {
  const position = positionOf(order, stage, task.chunk) + (task.kind === 'forward' ? 1 : -1)
  if (position < 0 || position === order.stages * order.chunks) return undefined
  const { stage: next, chunk } = placeOf(order, position)
  return { stage: next, task: { ...task, chunk } }
}

/** Books what an actor has waited for a result: before it was sent is bubble, the rest the transfer. */
export function chargeArrival(one: Actor, now_s: number, asked_s: number): void {
  const waited_s = now_s - one.waitsSince_s
  const transfer_s = Math.min(waited_s, now_s - asked_s)
  one.busy_s[PIPELINE_WAIT]! += transfer_s
  one.busy_s[BUBBLE]! += waited_s - transfer_s
  one.waitsSince_s = -1
}
