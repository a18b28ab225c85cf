import { IndexedHeap } from '../../optimization/indexed-heap.ts'
import { PriorityQueue } from '../../optimization/priority-queue.ts'
import { FairRates } from './fair-rates.ts'
import type { Flow } from './flow.ts'
import type { Network } from './network.ts'

/** What happens at a time; it may start flows and ask for more to happen, then or later. */
export type Happening = (now_s: number) => void

/** Times and rates this close, relative to each other, are one: a wave of equal flows ends as one event. */
const SAME = 1e-12
/** How far below the level of a change rates are given anew, against rounding. */
const KEPT = 1e-9
/** Guesses at the level that fills a link; fewer only mean that more flows are looked at. */
const MOST_GUESSES = 8

/** A flow on its way: `left_B` is still to be sent at `since_s`. */
interface Moving {
  readonly flow: Flow
  readonly done: Happening | undefined
  readonly order: number
  left_B: number
  since_s: number
  /** 0 until the flow is first given a rate. */
  rate_Bps: number
  ends_s: number
}

/** Height of the fill at which a flow got its rate. */
const levelOf = ({ flow, rate_Bps }: Moving): number => rate_Bps / (flow.weight ?? 1)

/**
 * Flows on a network in time, by events: at every moment the flows on their way share the links max-min fairly (`FairRates`), as a fluid
 * would. Rates change when a flow starts or has sent its last byte, and only among flows joined to it by shared links. A flow arrives
 * `latency_s` after its last byte was sent; one that shares no link arrives after exactly bytes / bandwidth + latency_s.
 *
 * What happens at one time happens in the order in which it was asked for, after the flows that end then have left their links. Same calls,
 * same result, to the last bit. n flows that share links cost O(m log links) at each change, m their incidences.
 */
export class Transport {
  /** Bytes of the flows that have left each link. */
  readonly linkBytes: Float64Array
  /** Seconds in which each link carried at least one flow. */
  readonly linkBusy_s: Float64Array
  readonly #bandwidth: Float64Array
  readonly #fair: FairRates
  readonly #queue = new PriorityQueue<Happening>()
  /** Flows by the time of their last byte; flows are known by a slot that is used again. */
  readonly #ends = new IndexedHeap()
  readonly #moving: (Moving | undefined)[] = []
  readonly #free: number[] = []
  /** Slots of the flows on each link. */
  readonly #onLink: (number[] | undefined)[]
  readonly #busySince: Float64Array
  /** Links whose flows have changed since rates were last given, and the least level of the flows that have left. */
  readonly #changed: number[] = []
  #leftLevel = Infinity
  /** Flows and links met in this sharing-out carry its mark. */
  readonly #linkMark: Float64Array
  #slotMark = new Float64Array(64)
  #mark = 0
  #order = 0
  #now = 0
  #last = 0

  constructor(network: Network) {
    this.#bandwidth = network.bandwidth_Bps
    const links = this.#bandwidth.length
    this.linkBytes = new Float64Array(links)
    this.linkBusy_s = new Float64Array(links)
    this.#fair = new FairRates(this.#bandwidth)
    this.#onLink = Array.from({ length: links })
    this.#busySince = new Float64Array(links)
    this.#linkMark = new Float64Array(links)
  }

  get now_s(): number {
    return this.#now
  }

  /** Lets something happen at a time, which must not be over. */
  at(time_s: number, happening: Happening): void {
    if (!(time_s >= this.#now)) throw new RangeError(`${time_s} s is over; it is ${this.#now} s`)
    this.#queue.push(time_s, happening)
  }

  /**
   * Sends a flow's first byte at a time that must not be over.
   * @param done happens when the last byte has arrived
   */
  start(flow: Flow, time_s: number, done?: Happening): void {
    if (!(flow.bytes >= 0 && flow.bytes < Infinity && flow.latency_s >= 0))
      throw new RangeError(
        `a flow of ${flow.bytes} B and ${flow.latency_s} s of latency; both must be finite and at least 0`
      )
    if (!((flow.limit_Bps ?? 1) > 0 && (flow.weight ?? 1) > 0))
      throw new RangeError(`a flow of limit ${flow.limit_Bps} B/s and weight ${flow.weight}; both must be above 0`)
    if (time_s === this.#now) this.#begin(flow, done)
    else this.at(time_s, () => this.#begin(flow, done))
  }

  /**
   * Lets everything happen that was asked for and what follows from it.
   * @returns the time of the last arrival or happening, in seconds
   */
  run(): number {
    for (;;) {
      const next = Math.min(this.#queue.least, this.#ends.least)
      if (this.#changed.length > 0 && next > this.#now) {
        this.#share()
        continue
      }
      if (next === Infinity) return this.#last
      this.#now = next
      this.#last = Math.max(this.#last, next)
      if (this.#ends.least <= next * (1 + SAME)) this.#endFlows()
      while (this.#queue.least <= next) this.#queue.pop()!(next)
    }
  }

  /** Back to time 0 and nothing carried; only after `run`. */
  reset(): void {
    this.#now = this.#last = this.#order = 0
    // Slots are given out as at first, so that sums are taken in the same order.
    this.#moving.length = this.#free.length = 0
    this.linkBytes.fill(0)
    this.linkBusy_s.fill(0)
  }

  #begin(flow: Flow, done: Happening | undefined): void {
    const now = this.#now
    const limit = flow.limit_Bps ?? Infinity
    if (flow.bytes === 0 || flow.links.length === 0) {
      this.#arrive(now + flow.bytes / limit + flow.latency_s, done)
      return
    }
    const slot = this.#free.pop() ?? this.#moving.length
    this.#moving[slot] = {
      flow,
      done,
      order: this.#order++,
      left_B: flow.bytes,
      since_s: now,
      rate_Bps: 0,
      ends_s: Infinity
    }
    for (let i = 0; i < flow.links.length; i++) {
      const link = flow.links[i]!
      const others = (this.#onLink[link] ??= [])
      if (others.length === 0) this.#busySince[link] = now
      others.push(slot)
      this.#changed.push(link)
    }
  }

  #arrive(time_s: number, done: Happening | undefined): void {
    this.#last = Math.max(this.#last, time_s)
    if (done) this.#queue.push(time_s, done)
  }

  #endFlows(): void {
    const until = this.#now * (1 + SAME)
    const ended: Moving[] = []
    while (this.#ends.least <= until) {
      const slot = this.#ends.first
      ended.push(this.#moving[slot]!)
      this.#ends.remove(slot)
      this.#leave(slot)
    }
    ended.sort((a, b) => a.order - b.order)
    for (const { flow, done, ends_s } of ended) this.#arrive(ends_s + flow.latency_s, done)
  }

  #leave(slot: number): void {
    const moving = this.#moving[slot]!
    const { links, bytes } = moving.flow
    this.#leftLevel = Math.min(this.#leftLevel, levelOf(moving))
    for (let i = 0; i < links.length; i++) {
      const link = links[i]!
      const flows = this.#onLink[link]!
      const last = flows.pop()!
      if (last !== slot) flows[flows.indexOf(slot)] = last
      this.linkBytes[link]! += bytes
      if (flows.length === 0) this.linkBusy_s[link]! += this.#now - this.#busySince[link]!
      else this.#changed.push(link)
    }
    this.#moving[slot] = undefined
    this.#free.push(slot)
  }

  /**
   * Gives rates to the flows that share links, however indirectly, with those that came or went. The fill rises as it did before up to the
   * level at which a flow that left had got its rate or a link with new flows is full: flows that had theirs by then keep it.
   */
  #share(): void {
    const room = this.#moving.length
    this.#ends.reserve(room)
    if (this.#slotMark.length < room) this.#slotMark = new Float64Array(2 * room)
    let level = this.#leftLevel
    this.#mark++
    for (const link of this.#changed) {
      if (this.#linkMark[link] === this.#mark) continue
      this.#linkMark[link] = this.#mark
      level = Math.min(level, this.#fullWithNew(link))
    }
    level *= 1 - KEPT
    this.#mark++
    for (const link of this.#changed) if (this.#linkMark[link] !== this.#mark) this.#shareFrom(link, level)
    this.#changed.length = 0
    this.#leftLevel = Infinity
  }

  /** A level, seldom much too low, below which a link's new flows do not fill it; Infinity without new flows. */
  #fullWithNew(link: number): number {
    const slots = this.#onLink[link]!
    if (slots.every((slot) => this.#moving[slot]!.rate_Bps > 0)) return Infinity
    // From below: what the flows under the last guess leave, divided among the others.
    for (let guess = 0, round = 0; ; round++) {
      let left = this.#bandwidth[link]!
      let weight = 0
      for (const slot of slots) {
        const moving = this.#moving[slot]!
        if (moving.rate_Bps > 0 && levelOf(moving) < guess) left -= moving.rate_Bps
        else weight += moving.flow.weight ?? 1
      }
      const next = left / weight
      if (round === MOST_GUESSES || !(next > guess)) return guess
      guess = next
    }
  }

  /** Shares links out among the flows at or above a level that are joined to a link by such flows. */
  #shareFrom(start: number, level: number): void {
    const fair = this.#fair
    const slots: number[] = []
    const links = [start]
    let isShared = false
    fair.clear()
    this.#linkMark[start] = this.#mark
    for (let head = 0; head < links.length; head++) {
      let kept_Bps = 0
      for (const slot of this.#onLink[links[head]!]!) {
        if (this.#slotMark[slot] === this.#mark) continue
        const moving = this.#moving[slot]!
        if (moving.rate_Bps > 0 && levelOf(moving) < level) {
          kept_Bps += moving.rate_Bps
          isShared = true
          continue
        }
        this.#slotMark[slot] = this.#mark
        slots.push(slot)
        const own = moving.flow.links
        fair.add(own, moving.flow.weight, moving.flow.limit_Bps)
        for (let i = 0; i < own.length; i++) {
          const link = own[i]!
          if (this.#linkMark[link] === this.#mark) continue
          this.#linkMark[link] = this.#mark
          links.push(link)
        }
      }
      if (kept_Bps > 0) fair.take(links[head]!, kept_Bps)
    }
    if (slots.length === 1 && !isShared) this.#giveAlone(slots[0]!)
    else if (slots.length > 0) {
      fair.solve()
      for (let i = 0; i < slots.length; i++) this.#give(slots[i]!, fair.rates[i]!)
    }
  }

  #giveAlone(slot: number): void {
    const { links, limit_Bps = Infinity } = this.#moving[slot]!.flow
    let rate = limit_Bps
    for (let i = 0; i < links.length; i++) rate = Math.min(rate, this.#bandwidth[links[i]!]!)
    this.#give(slot, rate)
  }

  /** A flow whose rate stays ends when it was to end: its time is one division, not a sum over the changes around it. */
  #give(slot: number, rate_Bps: number): void {
    const moving = this.#moving[slot]!
    if (Math.abs(rate_Bps - moving.rate_Bps) <= SAME * moving.rate_Bps) return
    moving.left_B = Math.max(0, moving.left_B - moving.rate_Bps * (this.#now - moving.since_s))
    moving.since_s = this.#now
    moving.rate_Bps = rate_Bps
    moving.ends_s = this.#now + moving.left_B / rate_Bps
    this.#ends.set(slot, moving.ends_s)
  }
}
