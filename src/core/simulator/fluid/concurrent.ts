import { IndexedHeap } from '../../optimization/indexed-heap.ts'
import { BurstTraffic } from '../program/burst-traffic.ts'
import type { Network } from '../network/network.ts'
import type { RoutedCall } from '../program/routed-collectives.ts'

/** Collectives or transfers one after another on one lane. */
export type Sequence = readonly { readonly routed: RoutedCall; readonly bytes: number }[]

/**
 * Seconds until each of several sequences is done when all start at once and share links max-min fairly.
 * @returns one time per sequence, in their order
 */
export function concurrent_s(network: Network, sequences: readonly Sequence[]): readonly number[] {
  const heap = new IndexedHeap()
  heap.reserve(sequences.length)
  const steps = sequences.map((sequence) =>
    sequence.flatMap(({ routed, bytes }) => routed.bursts.map((burst) => ({ burst, bytes })))
  )
  const bursts = [...new Set(steps.flat().map(({ burst }) => burst))]
  const numbers = new Map(bursts.map((burst, index) => [burst, index]))
  const traffic = new BurstTraffic(network, bursts, heap, sequences.length)
  const done_s = sequences.map(() => 0)
  const at = sequences.map(() => 0)
  const isFlowing = sequences.map(() => false)
  const start = (lane: number, now_s: number): void => {
    const step = steps[lane]![at[lane]!]
    done_s[lane] = now_s
    if (!step) return
    isFlowing[lane] = true
    traffic.start(lane, numbers.get(step.burst)!, step.bytes, now_s)
  }
  sequences.forEach((_sequence, lane) => start(lane, 0))
  for (let now_s = 0; ;) {
    if (heap.least > now_s) traffic.settle(now_s)
    if (heap.size === 0) break
    const lane = heap.first
    now_s = heap.least
    heap.remove(lane)
    if (isFlowing[lane]) {
      isFlowing[lane] = false
      traffic.end(lane)
      heap.set(lane, now_s + steps[lane]![at[lane]!]!.burst.latency_s)
    } else {
      at[lane]!++
      start(lane, now_s)
    }
  }
  return done_s
}
