import { isRepetition, left_s, moveOn, stateOf, type SimulationState } from './simulation-state.ts'
import type { StepSimulation } from './step-simulation.ts'
import { LAST } from './task-marks.ts'

/** Latest ends of layers that one is compared with; stages that run different plans need not end theirs together. */
const KEPT = 4

/**
 * Folds layers that repeat each other within tasks: when every actor is where it was a layer ago, but for the layer, and every transfer
 * has as much left to do, the same follows again until some actor's row of equal layers ends. Nothing is approximated.
 */
export class RepeatedLayers {
  /** Passes through layers that were not simulated one by one, all actors together. */
  folded = 0
  readonly #simulation: StepSimulation
  /** Former states by the time that is left of what was under way, oldest first; undefined where that was new. */
  readonly #seen = new Map<number, SimulationState | undefined>()

  constructor(simulation: StepSimulation) {
    this.#simulation = simulation
  }

  /** Looks for repetition, after an actor has ended a layer; to be asked when all that happens at a moment has happened. */
  afterLayer(): void {
    const key = left_s(this.#simulation)
    const before = this.#seen.get(key)
    const now = this.#seen.has(key) ? stateOf(this.#simulation, { from: 0, countsLayers: true }) : undefined
    this.#seen.delete(key)
    this.#seen.set(key, now)
    if (this.#seen.size > KEPT) this.#seen.delete(this.#seen.keys().next().value!)
    if (!before || !now || !isRepetition(before, now)) return
    const times = this.#repetitions(before, now)
    if (times > 0) this.#skip(before, now, times)
  }

  /** How many more times all actors that have got on between two states get on as far within their rows of equal layers. */
  #repetitions(before: SimulationState, now: SimulationState): number {
    let least = Infinity
    for (const [index, { stage, position, segments, segment, repeat }] of this.#simulation.actors.entries()) {
      const layers = now.repeats[index]! - before.repeats[index]!
      if (layers === 0) continue
      // Layers of a last backward pass hand over gradients, each a share of its own.
      if (this.#simulation.markOf(stage, position) & LAST) return 0
      least = Math.min(least, Math.floor((segments[segment]!.times - 1 - repeat) / layers))
    }
    return least === Infinity ? 0 : least
  }

  #skip(before: SimulationState, now: SimulationState, times: number): void {
    this.#seen.clear()
    this.#simulation.now_s += moveOn(this.#simulation, before, now, times, 0)
    this.#simulation.actors.forEach((one, index) => {
      const layers = times * (now.repeats[index]! - before.repeats[index]!)
      one.repeat += layers
      this.folded += layers
    })
  }
}
