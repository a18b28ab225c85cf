import { kindOf, microBatchOf, chunkOf, taskKinds } from '../schedule-tasks.ts'
import { BUSY_SLOTS, SLOTS, type Actor } from './actor.ts'
import type { StepSimulation } from './step-simulation.ts'

/** Times of two states this close, relative to the time between them, are the same. */
const SAME = 1e-9

/** The state of a simulation at one moment, times and micro-batches counted from it. */
interface Snapshot {
  readonly microBatch: number
  readonly now_s: number
  /** What actors are at, their queues and what has been delivered to them. */
  readonly discrete: string
  /** Times until everything that is under way is done, seconds. */
  readonly pending_s: readonly number[]
  readonly positions: Int32Array
  readonly busy_s: Float64Array
  readonly carried_B: Float64Array
}

/**
 * Folds micro-batches that repeat each other. A pipeline soon does for one micro-batch exactly what it did for the one before, somewhat
 * later: every stage at the same point of its program, every transfer with as much left to do. From such a state on the same
 * follows again until some stage's order of tasks changes, so the simulation is moved on by as many repetitions at once. Nothing is
 * approximated; sums over time grow by what they grew in the repetition that was seen.
 */
export class SteadyState {
  folded = 0
  readonly #simulation: StepSimulation
  /** Former snapshots by kind of task and micro-batch. */
  readonly #seen = new Map<number, Snapshot>()
  /** Micro-batches after which the order of a schedule repeats. */
  readonly #period: number
  #isDone = false

  constructor(simulation: StepSimulation) {
    this.#simulation = simulation
    const { schedule, stages } = simulation.order
    this.#period = schedule.name === 'interleaved' && schedule.virtualStages > 1 ? stages : 1
  }

  /** Looks for repetition whenever the first actor has done a task of its first chunk. */
  afterTask(actorIndex: number, packedTask: number): void {
    const { order } = this.#simulation
    if (this.#isDone || actorIndex !== 0 || chunkOf(order, packedTask) !== 0) return
    const microBatch = microBatchOf(order, packedTask)
    const kind = kindOf(packedTask)
    const now = this.#snapshot(microBatch)
    const before = this.#seen.get((microBatch - this.#period) * taskKinds.length + kind)
    this.#seen.delete((microBatch - 2 * this.#period) * taskKinds.length + kind)
    this.#seen.set(microBatch * taskKinds.length + kind, now)
    if (!before || before.discrete !== now.discrete) return
    const period_s = now.now_s - before.now_s
    if (now.pending_s.some((time, index) => Math.abs(time - before.pending_s[index]!) > SAME * period_s)) return
    const times = this.#repetitions(before, now)
    if (times > 0) this.#skip(before, now, times)
  }

  /** How many more times every actor's order of tasks goes on as it did between two snapshots. */
  #repetitions(before: Snapshot, now: Snapshot): number {
    const { actors, order } = this.#simulation
    const shift = this.#period * order.chunks * taskKinds.length
    const last = (order.microBatches - 1) * order.chunks * taskKinds.length
    let least = Infinity
    actors.forEach(({ tasks }, index) => {
      const from = before.positions[index]!
      const length = now.positions[index]! - from
      if (length === 0) return
      let same = 0
      // Tasks of the last micro-batch synchronise gradients: they are no repetition.
      while (
        from + same + length < tasks.length &&
        tasks[from + same + length] === tasks[from + same]! + shift &&
        tasks[from + same + length]! < last
      )
        same++
      least = Math.min(least, Math.floor(same / length) - 1)
    })
    return Number.isFinite(least) ? least : 0
  }

  #skip(before: Snapshot, now: Snapshot, times: number): void {
    const { actors, order, heap, traffic } = this.#simulation
    const by_s = times * (now.now_s - before.now_s)
    const shift = times * this.#period * order.chunks * taskKinds.length
    this.folded += times * this.#period
    this.#isDone = true
    this.#simulation.now_s += by_s
    traffic.shift(by_s)
    for (let slot = 0; slot < actors.length * SLOTS; slot++) {
      const key = heap.keyOf(slot)
      if (key !== undefined) heap.set(slot, key + by_s)
    }
    actors.forEach((one, index) => {
      const length = now.positions[index]! - before.positions[index]!
      one.position += times * length
      if (length > 0 || one.task >= 0) one.task += shift
      one.taskStart_s += by_s
      one.blockStart_s += by_s
      if (one.waitsSince_s >= 0) one.waitsSince_s += by_s
      one.delivered = new Set([...one.delivered].map((task) => task + shift))
      for (const lane of one.lanes)
        lane.entries = lane.entries.map((entry) => ({
          ...entry,
          task: entry.task + shift,
          delivers: entry.delivers < 0 ? entry.delivers : entry.delivers + shift,
          started_s: entry.started_s + by_s,
          asked_s: entry.asked_s + by_s
        }))
      for (let slot = 0; slot < BUSY_SLOTS; slot++) {
        const at = index * BUSY_SLOTS + slot
        one.busy_s[slot]! += times * (now.busy_s[at]! - before.busy_s[at]!)
      }
    })
    for (let burst = 0; burst < traffic.carried_B.length; burst++)
      traffic.carried_B[burst]! += times * (now.carried_B[burst]! - before.carried_B[burst]!)
  }

  #snapshot(microBatch: number): Snapshot {
    const { actors, order, heap, now_s, traffic } = this.#simulation
    const from = microBatch * order.chunks * taskKinds.length
    const discrete: string[] = []
    const pending_s: number[] = []
    const busy_s = new Float64Array(actors.length * BUSY_SLOTS)
    actors.forEach((one, index) => {
      discrete.push(stateOf(one, from))
      busy_s.set(one.busy_s, index * BUSY_SLOTS)
      for (let slot = index * SLOTS; slot < (index + 1) * SLOTS; slot++) {
        const key = heap.keyOf(slot)
        discrete.push(key === undefined ? '-' : '+')
        if (key !== undefined) pending_s.push(key - now_s)
      }
      if (one.waitsSince_s >= 0) pending_s.push(one.waitsSince_s - now_s)
    })
    return {
      microBatch,
      now_s,
      discrete: discrete.join(' '),
      pending_s,
      positions: Int32Array.from(actors, ({ position }) => position),
      busy_s,
      carried_B: traffic.carried_B.slice()
    }
  }
}

/** What an actor is at, tasks counted from one. */
function stateOf(one: Actor, from: number): string {
  const lanes = one.lanes.map(({ entries, isFlowing, waited }) => {
    const queue = entries.map(({ bytes, burst, delivers, task }) => [
      bytes,
      burst,
      delivers < 0 ? '' : delivers - from,
      task - from
    ])
    return `${queue.join('/')}${isFlowing ? 'f' : ''}${waited}`
  })
  const delivered = [...one.delivered].map((task) => task - from).sort((a, b) => a - b)
  const next = one.position < one.tasks.length ? one.tasks[one.position]! - from : 'end'
  return [
    one.phase,
    one.task - from,
    next,
    one.segment,
    one.repeat,
    one.block,
    one.tolerated,
    ...lanes,
    ...delivered
  ].join(',')
}
