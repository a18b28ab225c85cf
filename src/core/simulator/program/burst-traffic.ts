import type { IndexedHeap } from '../../optimization/indexed-heap.ts'
import type { Network } from '../network/network.ts'
import type { Burst } from './burst.ts'
import { distinctLinks } from './distinct-links.ts'
import type { TimeGrid } from './time-grid.ts'

/** Differences this small, relative to what they are differences of, are rounding. */
const NOTHING = 1e-12

/** Splits 12 bits off a double (Dekker 1971): what is left has 41, a difference of 1e-12. */
const SPLIT = 2 ** 12 + 1

/** A rate without the bits in which sums of the same loads in another order differ. */
function shortened(rate: number): number {
  const scaled = SPLIT * rate
  return scaled - (scaled - rate)
}

const RISING = 0
const FULL = 1
const SETTLED = 2

/**
 * Bursts on their way. Those that share a link share it max-min fairly: the bytes that groups of bursts put on their own fullest links rise together
 * until a link is full, and the bursts on it keep their rates (progressive filling, Bertsekas & Gallager 6.5.2).
 *
 * `start` and `end` only note what changes; `settle` works out new rates, once for all that happens at a moment and only for the bursts that
 * are joined to a change by links they share. Links that all bursts load alike are one.
 */
export class BurstTraffic {
  /** Payload that every burst has carried, bytes. */
  readonly carried_B: Float64Array
  readonly #links: readonly Int32Array[]
  readonly #loads: readonly Float64Array[]
  readonly #perByte_s: Float64Array
  readonly #fullest: Float64Array
  readonly #bandwidth: Float64Array
  readonly #ends: IndexedHeap
  readonly #grid: TimeGrid
  /** Slots of the bursts on each link. */
  readonly #users: number[][]
  /** Burst of each slot, payload left, its rate and since when; -1: none. */
  readonly #burst: Int32Array
  readonly #left: Float64Array
  readonly #rate: Float64Array
  readonly #since: Float64Array
  /** Whether the heap knows when a slot's burst ends. */
  readonly #hasEnd: Uint8Array
  /** Links whose users have changed since rates were last worked out. */
  #dirty: number[] = []
  /** Of the links and slots at hand: the round in which they were met, and while rates rise what is taken and what rises on each link. */
  #round = 0
  readonly #linkRound: Int32Array
  readonly #slotRound: Int32Array
  readonly #taken: Float64Array
  readonly #rising: Float64Array
  readonly #state: Uint8Array
  readonly #newRate: Float64Array

  /**
   * @param ends heap of event times; a burst of slot i ends at the time of its item i
   * @param slots how many bursts can be on their way at once
   * @param grid that they end on
   */
  constructor(network: Network, bursts: readonly Burst[], ends: IndexedHeap, slots: number, grid: TimeGrid) {
    const { links, loads, bandwidth_Bps } = distinctLinks(network, bursts)
    this.#bandwidth = bandwidth_Bps
    this.#links = links
    this.#loads = loads
    this.#perByte_s = Float64Array.from(bursts, ({ perByte_s }) => perByte_s)
    this.#fullest = Float64Array.from(bursts, ({ fullest }) => fullest)
    this.#users = Array.from(bandwidth_Bps, () => [])
    this.#linkRound = new Int32Array(bandwidth_Bps.length)
    this.#taken = new Float64Array(bandwidth_Bps.length)
    this.#rising = new Float64Array(bandwidth_Bps.length)
    this.#ends = ends
    this.#grid = grid
    this.carried_B = new Float64Array(bursts.length)
    this.#burst = new Int32Array(slots).fill(-1)
    this.#left = new Float64Array(slots)
    this.#rate = new Float64Array(slots)
    this.#since = new Float64Array(slots)
    this.#hasEnd = new Uint8Array(slots)
    this.#slotRound = new Int32Array(slots)
    this.#state = new Uint8Array(slots)
    this.#newRate = new Float64Array(slots)
  }

  start(slot: number, burst: number, payload_B: number, now_s: number): void {
    this.carried_B[burst]! += payload_B
    this.#burst[slot] = burst
    this.#left[slot] = payload_B
    this.#since[slot] = now_s
    this.#rate[slot] = 0
    this.#hasEnd[slot] = 0
    const links = this.#links[burst]!
    let isAlone = true
    for (let i = 0; i < links.length; i++) {
      const users = this.#users[links[i]!]!
      if (users.push(slot) > 1) isAlone = false
    }
    if (!isAlone) this.#touch(links)
    else {
      const rate = shortened(1 / this.#perByte_s[burst]!)
      this.#rate[slot] = rate
      this.#hasEnd[slot] = 1
      this.#ends.set(slot, this.#grid.after(now_s, payload_B / rate))
    }
  }

  /** Takes a burst that has ended off its links. */
  end(slot: number): void {
    const links = this.#links[this.#burst[slot]!]!
    this.#burst[slot] = -1
    for (let i = 0; i < links.length; i++) {
      const users = this.#users[links[i]!]!
      const last = users.pop()!
      if (last !== slot) users[users.indexOf(slot)] = last
    }
    this.#touch(links)
  }

  /** Lets time pass without anything happening. */
  shift(by_s: number): void {
    for (let slot = 0; slot < this.#burst.length; slot++) if (this.#burst[slot]! >= 0) this.#since[slot]! += by_s
  }

  /** Gives all bursts that a change has reached their rates; before time goes on. */
  settle(now_s: number): void {
    if (this.#dirty.length === 0) return
    const dirty = this.#dirty
    this.#dirty = []
    this.#round++
    for (const link of dirty) if (this.#users[link]!.length > 0) this.#settleFrom(link, now_s)
  }

  #touch(links: Int32Array): void {
    for (let i = 0; i < links.length; i++) this.#dirty.push(links[i]!)
  }

  /** All bursts that are joined to a link by links that bursts share. */
  #settleFrom(start: number, now_s: number): void {
    if (this.#linkRound[start] === this.#round) return
    const links = [start]
    const slots: number[] = []
    this.#linkRound[start] = this.#round
    for (let head = 0; head < links.length; head++)
      for (const slot of this.#users[links[head]!]!) {
        if (this.#slotRound[slot] === this.#round) continue
        this.#slotRound[slot] = this.#round
        slots.push(slot)
        const own = this.#links[this.#burst[slot]!]!
        for (let i = 0; i < own.length; i++) {
          const link = own[i]!
          if (this.#linkRound[link] === this.#round) continue
          this.#linkRound[link] = this.#round
          links.push(link)
        }
      }
    // Sums of loads are taken in one order, so that equal states have equal rates to the last bit.
    slots.sort((a, b) => a - b)
    this.#fill(slots, links)
    for (const slot of slots) this.#give(slot, shortened(this.#newRate[slot]!), now_s)
  }

  #give(slot: number, rate: number, now_s: number): void {
    const before = this.#rate[slot]!
    if (this.#hasEnd[slot] === 1 && rate === before) return
    const sent_B = before * (now_s - this.#since[slot]!)
    const left_B = Math.max(0, this.#left[slot]! - sent_B)
    const end_s = this.#grid.after(now_s, left_B / rate)
    // Once some of it is sent, what the rate sends until the end on the grid, so that nothing but times and rates says how it goes on.
    this.#left[slot] = sent_B > 0 ? rate * (end_s - now_s) : left_B
    this.#since[slot] = now_s
    this.#rate[slot] = rate
    this.#hasEnd[slot] = 1
    this.#ends.set(slot, end_s)
  }

  /** Rates of bursts that share links with no others, payload bytes per second. */
  #fill(slots: readonly number[], links: readonly number[]): void {
    if (slots.length === 1) {
      this.#newRate[slots[0]!] = 1 / this.#perByte_s[this.#burst[slots[0]!]!]!
      return
    }
    for (const link of links) this.#taken[link] = 0
    for (const slot of slots) this.#state[slot] = RISING
    for (let waiting = slots.length; waiting > 0;) {
      for (const link of links) this.#rising[link] = 0
      let level = Infinity
      for (const slot of slots) {
        if (this.#state[slot] !== RISING) continue
        const burst = this.#burst[slot]!
        const fullest = this.#fullest[burst]!
        level = Math.min(level, fullest / this.#perByte_s[burst]!)
        const own = this.#links[burst]!
        const loads = this.#loads[burst]!
        for (let i = 0; i < own.length; i++) this.#rising[own[i]!]! += loads[i]! / fullest
      }
      for (const link of links)
        if (this.#rising[link]! > 0)
          level = Math.min(level, (this.#bandwidth[link]! - this.#taken[link]!) / this.#rising[link]!)
      const full = level * (1 + NOTHING)
      for (const slot of slots) {
        if (this.#state[slot] !== RISING || !this.#isFull(slot, full)) continue
        this.#state[slot] = FULL
        this.#newRate[slot] = level / this.#fullest[this.#burst[slot]!]!
        waiting--
      }
      for (const slot of slots) {
        if (this.#state[slot] !== FULL) continue
        this.#state[slot] = SETTLED
        const burst = this.#burst[slot]!
        const own = this.#links[burst]!
        const loads = this.#loads[burst]!
        for (let i = 0; i < own.length; i++) this.#taken[own[i]!]! += loads[i]! * this.#newRate[slot]!
      }
    }
  }

  /** Whether a burst can go no faster at a level: by itself, or for a link that others fill with it. */
  #isFull(slot: number, level: number): boolean {
    const burst = this.#burst[slot]!
    if (this.#fullest[burst]! / this.#perByte_s[burst]! <= level) return true
    const own = this.#links[burst]!
    for (let i = 0; i < own.length; i++) {
      const link = own[i]!
      if (this.#bandwidth[link]! - this.#taken[link]! <= level * this.#rising[link]!) return true
    }
    return false
  }
}
