import { microBatchOf, taskKinds } from '../schedule-tasks.ts'
import { isRepetition, left_s, moveOn, stateOf, type SimulationState } from './simulation-state.ts'
import type { StepSimulation } from './step-simulation.ts'

/** Rounds of a schedule within which it must repeat itself to be seen to. */
const PERIODS = 4

interface Seen {
  readonly microBatch: number
  readonly state: SimulationState
}

/**
 * Folds micro-batches that repeat each other. A pipeline soon does for one micro-batch, or for a few, exactly what it did for those before,
 * somewhat later: every stage at the same point of its program, every transfer with as much left to do. From such a state on the
 * same follows again until some stage's order of tasks changes, so the simulation is moved on by as many repetitions at once. Nothing is
 * approximated.
 */
export class RepeatedMicroBatches {
  /** Micro-batches that were not simulated one by one. */
  folded = 0
  readonly #simulation: StepSimulation
  /** Former states by the time that was left of what was under way, oldest first. */
  readonly #seen = new Map<number, Seen>()
  readonly #most: number

  constructor(simulation: StepSimulation) {
    this.#simulation = simulation
    const { stages, chunks } = simulation.order
    // Interleaving repeats itself after as many micro-batches as there are stages.
    this.#most = PERIODS * stages * chunks * taskKinds.length
  }

  /** Looks for repetition, after the first actor has ended a task; to be asked when all that happens at a moment has happened. */
  afterTask(): void {
    const { order, actors } = this.#simulation
    const microBatch = microBatchOf(order, actors[0]!.task)
    const from = microBatch * order.chunks * taskKinds.length
    const now = { microBatch, state: stateOf(this.#simulation, { from, countsLayers: false }) }
    const key = left_s(this.#simulation)
    const before = this.#seen.get(key)
    this.#seen.delete(key)
    this.#seen.set(key, now)
    if (this.#seen.size > this.#most) this.#seen.delete(this.#seen.keys().next().value!)
    if (!before || !isRepetition(before.state, now.state)) return
    const times = this.#repetitions(before, now)
    if (times > 0) this.#skip(before, now, times)
  }

  /** How much higher packed tasks are than those that they repeat. */
  #shift(before: Seen, now: Seen): number {
    return (now.microBatch - before.microBatch) * this.#simulation.order.chunks * taskKinds.length
  }

  /** How many more times every actor's order of tasks goes on as it did between two states. */
  #repetitions(before: Seen, now: Seen): number {
    const simulation = this.#simulation
    const shift = this.#shift(before, now)
    let least = Infinity
    for (const [index, { tasks, stage }] of simulation.actors.entries()) {
      const from = before.state.positions[index]!
      const length = now.state.positions[index]! - from
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

  #skip(before: Seen, now: Seen, times: number): void {
    const shift = times * this.#shift(before, now)
    this.folded += times * Math.abs(now.microBatch - before.microBatch)
    this.#seen.clear()
    this.#simulation.now_s += moveOn(this.#simulation, before.state, now.state, times, shift)
    this.#simulation.actors.forEach((one, index) => {
      one.position += times * (now.state.positions[index]! - before.state.positions[index]!)
      one.task += shift
      one.delivered = new Set([...one.delivered].map((task) => task + shift))
    })
  }
}
