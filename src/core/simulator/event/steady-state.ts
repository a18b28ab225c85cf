import { microBatchOf, taskKinds } from '../schedule-tasks.ts'
import { BUSY_SLOTS, SLOTS, type Actor } from './actor.ts'
import type { StepSimulation } from './step-simulation.ts'

/** Rounds of a schedule within which it must repeat itself to be seen to. */
const PERIODS = 4

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
 * Folds micro-batches that repeat each other. A pipeline soon does for one micro-batch, or for a few, exactly what it did for those before,
 * somewhat later: every stage at the same point of its program, every transfer with as much left to do. From such a state on the
 * same follows again until some stage's order of tasks changes, so the simulation is moved on by as many repetitions at once. Nothing is
 * approximated; sums over time grow by what they grew in the repetition that was seen.
 */
export class SteadyState {
  /** Micro-batches that were not simulated one by one. */
  folded = 0
  readonly #simulation: StepSimulation
  /** Former snapshots by their discrete state, oldest first. */
  readonly #seen = new Map<string, Snapshot>()
  readonly #most: number

  constructor(simulation: StepSimulation) {
    this.#simulation = simulation
    const { stages, chunks } = simulation.order
    // Interleaving repeats itself after as many micro-batches as there are stages.
    this.#most = PERIODS * stages * chunks * taskKinds.length
  }

  /** Looks for repetition; to be asked when all that happens at a moment has happened. */
  afterMoment(): void {
    const { order, actors } = this.#simulation
    const now = this.#snapshot(microBatchOf(order, actors[0]!.task))
    const before = this.#seen.get(now.discrete)
    this.#seen.delete(now.discrete)
    this.#seen.set(now.discrete, now)
    if (this.#seen.size > this.#most) this.#seen.delete(this.#seen.keys().next().value!)
    if (!before) return
    // Times are exact, so what repeats itself does so to the last bit.
    if (now.pending_s.some((time, index) => time !== before.pending_s[index]!)) return
    const times = this.#repetitions(before, now)
    if (times > 0) this.#skip(before, now, times)
  }

  /** How much higher packed tasks are than those that they repeat. */
  #shift(before: Snapshot, now: Snapshot): number {
    return (now.microBatch - before.microBatch) * this.#simulation.order.chunks * taskKinds.length
  }

  /** How many more times every actor's order of tasks goes on as it did between two snapshots. */
  #repetitions(before: Snapshot, now: Snapshot): number {
    const simulation = this.#simulation
    const shift = this.#shift(before, now)
    let least = Infinity
    for (const [index, { tasks, stage }] of simulation.actors.entries()) {
      const from = before.positions[index]!
      const length = now.positions[index]! - from
      if (length === 0) return 0
      let same = 0
      for (; from + same + length < tasks.length; same++) {
        const at = from + same
        if (tasks[at + length] !== tasks[at]! + shift) break
        // Tasks that gather weights or synchronise gradients repeat none and are repeated by none.
        if (simulation.markOf(stage, at) !== 0 || simulation.markOf(stage, at + length) !== 0) break
      }
      least = Math.min(least, Math.floor(same / length) - 1)
    }
    return least
  }

  #skip(before: Snapshot, now: Snapshot, times: number): void {
    const { actors, heap, traffic } = this.#simulation
    const by_s = times * (now.now_s - before.now_s)
    const shift = times * this.#shift(before, now)
    this.folded += times * Math.abs(now.microBatch - before.microBatch)
    this.#seen.clear()
    this.#simulation.now_s += by_s
    traffic.shift(by_s)
    for (let slot = 0; slot < actors.length * SLOTS; slot++) {
      const key = heap.keyOf(slot)
      if (key !== undefined) heap.set(slot, key + by_s)
    }
    actors.forEach((one, index) => {
      const length = now.positions[index]! - before.positions[index]!
      one.position += times * length
      one.task += shift
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
