import { BUSY_SLOTS, SLOTS, type Actor } from './actor.ts'
import type { StepSimulation } from './step-simulation.ts'

/** How two states are compared: as if tasks, or also passes through layers, were counted from where each of them is. */
export interface Counting {
  /** Packed task that tasks are counted from. */
  readonly from: number
  readonly countsLayers: boolean
}

/** The state of a simulation at one moment. */
export interface SimulationState {
  readonly now_s: number
  /** What actors are at, their queues and what has been delivered to them. */
  readonly discrete: readonly number[]
  /** Seconds until everything that is under way is done. */
  readonly pending_s: readonly number[]
  /** Since when actors and entries of lanes wait, -1: they do not. */
  readonly since_s: readonly number[]
  readonly positions: Int32Array
  readonly repeats: Int32Array
  readonly busy_s: Float64Array
  readonly carried_B: Float64Array
}

/** Seconds that are left of all that is under way, added up: equal where states are, and much sooner told. */
export function left_s({ actors, heap, now_s }: StepSimulation): number {
  let sum_s = 0
  for (let slot = 0; slot < actors.length * SLOTS; slot++) {
    const key = heap.keyOf(slot)
    if (key !== undefined) sum_s += key - now_s
  }
  return sum_s
}

/** The state of a simulation, to be taken when all that happens at a moment has happened. */
export function stateOf({ actors, heap, now_s, traffic }: StepSimulation, counting: Counting): SimulationState {
  const discrete: number[] = []
  const pending_s: number[] = []
  const since_s: number[] = []
  const busy_s = new Float64Array(actors.length * BUSY_SLOTS)
  actors.forEach((one, index) => {
    addDiscrete(discrete, one, counting)
    busy_s.set(one.busy_s, index * BUSY_SLOTS)
    for (let slot = index * SLOTS; slot < (index + 1) * SLOTS; slot++) {
      const key = heap.keyOf(slot)
      discrete.push(key === undefined ? 0 : 1)
      if (key !== undefined) pending_s.push(key - now_s)
    }
    since_s.push(one.waitsSince_s)
    for (const { entries } of one.lanes) for (const { started_s, asked_s } of entries) since_s.push(started_s, asked_s)
  })
  return {
    now_s,
    discrete,
    pending_s,
    since_s,
    positions: Int32Array.from(actors, ({ position }) => position),
    repeats: Int32Array.from(actors, ({ repeat }) => repeat),
    busy_s,
    carried_B: traffic.carried_B.slice()
  }
}

/** Adds what an actor is at. */
function addDiscrete(to: number[], one: Actor, { from, countsLayers }: Counting): void {
  const next = one.position < one.tasks.length ? one.tasks[one.position]! - from : Infinity
  to.push(one.phase, one.task - from, next, one.segment, countsLayers ? 0 : one.repeat, one.block, one.tolerated)
  for (const { entries, isFlowing, waited } of one.lanes) {
    to.push(entries.length, isFlowing ? 1 : 0, waited)
    for (const { bytes, burst, delivers, task } of entries)
      to.push(bytes, burst, delivers < 0 ? -Infinity : delivers - from, task - from)
  }
  to.push(one.delivered.size)
  if (one.delivered.size > 0) to.push(...[...one.delivered].map((task) => task - from).sort((a, b) => a - b))
}

const isSame = (values: readonly number[], others: readonly number[]): boolean =>
  values.length === others.length && values.every((value, index) => value === others[index])

/**
 * Whether what follows from one state follows from a later one again: all is the same, and what is under way is done after as long.
 * Times are exact, so what repeats itself does so to the last bit. What has waited ever since before the first does so still.
 */
export function isRepetition(before: SimulationState, now: SimulationState): boolean {
  const period_s = now.now_s - before.now_s
  return (
    isSame(now.discrete, before.discrete) &&
    isSame(now.pending_s, before.pending_s) &&
    now.since_s.every((time, index) => time === before.since_s[index] || time === before.since_s[index]! + period_s)
  )
}

/**
 * Moves a simulation that is in the state `now` on by some repetitions of what it did since `before`: clock, transfers, and sums over time, which
 * grow by what they grew in the repetition that was seen. Where actors are in their orders, the caller says.
 * @param shift by which the packed tasks of all repetitions together are higher
 */
export function moveOn(
  { actors, heap, traffic }: StepSimulation,
  before: SimulationState,
  now: SimulationState,
  times: number,
  shift: number
): number {
  const by_s = times * (now.now_s - before.now_s)
  traffic.shift(by_s)
  for (let slot = 0; slot < actors.length * SLOTS; slot++) {
    const key = heap.keyOf(slot)
    if (key !== undefined) heap.set(slot, key + by_s)
  }
  let at = 0
  const moved = (time: number): number => (now.since_s[at] === before.since_s[at++] ? time : time + by_s)
  actors.forEach((one, index) => {
    one.waitsSince_s = moved(one.waitsSince_s)
    for (const lane of one.lanes)
      lane.entries = lane.entries.map((entry) => ({
        ...entry,
        task: entry.task + shift,
        delivers: entry.delivers < 0 ? entry.delivers : entry.delivers + shift,
        started_s: moved(entry.started_s),
        asked_s: moved(entry.asked_s)
      }))
    for (let slot = index * BUSY_SLOTS; slot < (index + 1) * BUSY_SLOTS; slot++)
      one.busy_s[slot - index * BUSY_SLOTS]! += times * (now.busy_s[slot]! - before.busy_s[slot]!)
  })
  for (let burst = 0; burst < traffic.carried_B.length; burst++)
    traffic.carried_B[burst]! += times * (now.carried_B[burst]! - before.carried_B[burst]!)
  return by_s
}
