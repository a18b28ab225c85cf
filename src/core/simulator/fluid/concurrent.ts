import { IndexedHeap } from '../../optimization/indexed-heap.ts'
import { BurstTraffic } from '../program/burst-traffic.ts'
import { TimeGrid } from '../program/time-grid.ts'
import type { Network } from '../network/network.ts'
import type { RoutedCall } from '../program/routed-collectives.ts'

const WAITING = 0
const FLOWING = 1
const ARRIVING = 2

/** Sums of gradients take less, or not much more. */
const ABOUT_s = 1

/** A collective on a lane: it starts when the one before it is done, but not before `release_s`. */
export interface LaneItem {
  readonly routed: RoutedCall
  readonly bytes: number
  readonly release_s: number
}

/**
 * Seconds until each of several lanes is done when they share links max-min fairly.
 * @returns one time per lane, in their order; 0 for a lane without items
 */
export function concurrent_s(network: Network, sequences: readonly (readonly LaneItem[])[]): readonly number[] {
  const heap = new IndexedHeap()
  heap.reserve(sequences.length)
  const steps = sequences.map((sequence) =>
    sequence.flatMap(({ routed, bytes, release_s }) =>
      routed.bursts.map((burst, index) => ({ burst, bytes, release_s: index === 0 ? release_s : 0 }))
    )
  )
  const bursts = [...new Set(steps.flat().map(({ burst }) => burst))]
  const numbers = new Map(bursts.map((burst, index) => [burst, index]))
  const traffic = new BurstTraffic(network, bursts, heap, sequences.length, new TimeGrid(ABOUT_s))
  const done_s = sequences.map(() => 0)
  const at = sequences.map(() => 0)
  const state = sequences.map(() => WAITING)
  /** The next step of a lane is due, or has to wait. */
  const next = (lane: number, now_s: number): void => {
    done_s[lane] = now_s
    const step = steps[lane]![at[lane]!]
    if (!step) return
    if (step.release_s > now_s) {
      state[lane] = WAITING
      heap.set(lane, step.release_s)
    } else start(lane, now_s)
  }
  const start = (lane: number, now_s: number): void => {
    const step = steps[lane]![at[lane]!]!
    state[lane] = FLOWING
    traffic.start(lane, numbers.get(step.burst)!, step.bytes, now_s)
  }
  sequences.forEach((_sequence, lane) => next(lane, 0))
  for (let now_s = 0; ;) {
    if (heap.least > now_s) traffic.settle(now_s)
    if (heap.size === 0) break
    const lane = heap.first
    now_s = heap.least
    heap.remove(lane)
    if (state[lane] === WAITING) start(lane, now_s)
    else if (state[lane] === FLOWING) {
      state[lane] = ARRIVING
      traffic.end(lane)
      heap.set(lane, now_s + steps[lane]![at[lane]!]!.burst.latency_s)
    } else {
      at[lane]!++
      next(lane, now_s)
    }
  }
  return done_s
}
