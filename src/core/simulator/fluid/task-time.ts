import { exchangesTensors } from '../step-operations.ts'
import type { Call, Offload, Segment } from '../program/stage-program.ts'

/** Seconds of a task of a stage, and what of them it stands still for tensors and for weights and gradients that are exchanged, and for tensors that are offloaded. */
export interface TaskTime {
  readonly time_s: number
  readonly tensor_s: number
  readonly data_s: number
  readonly offload_s: number
}

/** Seconds of a collective. */
export type CallPrice = (call: Call) => number

/** Seconds of communication of one stage. */
export interface TaskPrices {
  readonly call: CallPrice
  readonly offload: (offload: Offload) => number
}

const CLOCK_SUMS = ['now_s', 'lane_s', 'tensor_s', 'data_s', 'offloadLane_s', 'offload_s'] as const
type ClockSums = Readonly<Record<(typeof CLOCK_SUMS)[number], number>>

/** A stage and the lane of its collectives on their way through a task. */
class TaskClock {
  now_s = 0
  /** When all collectives asked for so far are done. */
  lane_s = 0
  tensor_s = 0
  data_s = 0
  /** When all tensors asked for so far are out or back. */
  offloadLane_s = 0
  offload_s = 0
  /** Collectives beside the block before, which may still run. */
  #behind: readonly Call[] = []
  readonly #price: CallPrice
  readonly #offloadPrice: TaskPrices['offload']
  readonly #overlap: number

  constructor({ call, offload }: TaskPrices, overlap: number) {
    this.#price = call
    this.#offloadPrice = offload
    this.#overlap = overlap
  }

  /** Hands collectives to the lane; returns when the first `awaited` of them are done. */
  #ask(calls: readonly Call[], share: number, awaited = Infinity): number {
    let done_s = this.lane_s
    this.lane_s = Math.max(this.lane_s, this.now_s)
    calls.forEach((call, index) => {
      this.lane_s += share * this.#price(call)
      if (index < awaited) done_s = this.lane_s
    })
    return done_s
  }

  /** Stands still until a time, for the collectives of a block. */
  #wait(until_s: number, calls: readonly Call[]): void {
    const waited_s = until_s - this.now_s
    if (waited_s <= 0) return
    this.now_s = until_s
    const whole_s = calls.reduce((sum, call) => sum + this.#price(call), 0)
    for (const call of calls) {
      const part_s = whole_s > 0 ? (waited_s * this.#price(call)) / whole_s : waited_s / calls.length
      if (exchangesTensors(call.group)) this.tensor_s += part_s
      else this.data_s += part_s
    }
  }

  /** Times and sums so far. */
  sums(): ClockSums {
    const { now_s, lane_s, tensor_s, data_s, offloadLane_s, offload_s } = this
    return { now_s, lane_s, tensor_s, data_s, offloadLane_s, offload_s }
  }

  /** Does again, so many times, what was done since some sums. */
  repeat(before: ClockSums, times: number): void {
    for (const sum of CLOCK_SUMS) this[sum] += times * (this[sum] - before[sum])
  }

  #offload(offload: Offload, share: number): void {
    this.offloadLane_s = Math.max(this.offloadLane_s, this.now_s) + share * this.#offloadPrice(offload)
  }

  block({ before, beside, awaited, rest, compute_s, offloads, awaitsOffload }: Segment['blocks'][number]): void {
    if (before.length > 0) this.#wait(this.#ask(before, 1), before)
    const beside_s = this.#overlap > 0 ? this.#ask(beside, this.#overlap, awaited) : this.lane_s
    if (offloads) this.#offload(offloads, this.#overlap)
    this.now_s += compute_s
    this.#wait(beside_s, beside.length > 0 ? beside : this.#behind)
    this.#behind = beside
    if (this.#overlap < 1 && rest.length > 0) this.#wait(this.#ask(rest, 1 - this.#overlap), rest)
    if (!awaitsOffload) return
    this.#offload(awaitsOffload, 1 - this.#overlap)
    const waited_s = Math.max(0, this.offloadLane_s - this.now_s)
    this.offload_s += waited_s
    this.now_s += waited_s
  }
}

/**
 * What a task of a stage takes by itself, block by block as the event level executes it: collectives in the order asked for on a lane beside
 * the compute that hides them.
 */
export function taskTime(segments: readonly Segment[], prices: TaskPrices, overlap: number): TaskTime {
  const clock = new TaskClock(prices, overlap)
  for (const { blocks, times } of segments) {
    // What a repeated layer finds on the lane is what the layer before left there: from the second time on all are alike.
    const alike = Math.min(times, 3)
    let before = clock.sums()
    for (let time = 0; time < alike; time++) {
      before = clock.sums()
      for (const block of blocks) clock.block(block)
    }
    clock.repeat(before, times - alike)
  }
  return { time_s: clock.now_s, tensor_s: clock.tensor_s, data_s: clock.data_s, offload_s: clock.offload_s }
}
