import { IndexedHeap } from '../../optimization/indexed-heap.ts'
import type { Network } from '../network/network.ts'
import type { Burst } from '../program/burst.ts'

/** Remaining payload this small, relative to what was asked for, is rounding. */
const NOTHING = 1e-12

/**
 * Bursts on their way. Those that share a link share it max-min fairly: the bytes that bursts put on their own fullest links rise together
 * until a link is full, and the bursts on it keep their rates (progressive filling, Bertsekas & Gallager 6.5.2).
 * Links that all bursts load alike are one to it, so a symmetric network costs no more than its distinct links.
 */
export class BurstTraffic {
  /** Payload that every burst has carried, bytes. */
  readonly carried_B: Float64Array
  readonly #links: readonly Int32Array[]
  readonly #loads: readonly Float64Array[]
  readonly #perByte_s: Float64Array
  readonly #fullest: Float64Array
  readonly #bandwidth: Float64Array
  /** Active bursts on each link, and the share of its bandwidth they take while rates are worked out. */
  readonly #users: Int32Array
  readonly #taken: Float64Array
  readonly #rising: Float64Array
  readonly #ends: IndexedHeap
  readonly #active: number[] = []
  readonly #burst: Int32Array
  readonly #left: Float64Array
  readonly #rate: Float64Array
  readonly #since: Float64Array
  readonly #settled: Uint8Array
  /** Whether the heap knows when a slot's burst ends. */
  readonly #hasEnd: Uint8Array

  /**
   * @param ends heap of event times; a burst of slot i ends at the time of its item i
   * @param slots how many bursts can be on their way at once
   */
  constructor(network: Network, bursts: readonly Burst[], ends: IndexedHeap, slots: number) {
    const { links, bandwidth } = distinctLinks(network, bursts)
    this.#bandwidth = bandwidth
    this.#links = links.map(({ link }) => link)
    this.#loads = links.map(({ load }) => load)
    this.#perByte_s = Float64Array.from(bursts, ({ perByte_s }) => perByte_s)
    this.#fullest = Float64Array.from(this.#loads, (load) => load.reduce((most, one) => Math.max(most, one), 0))
    this.#users = new Int32Array(bandwidth.length)
    this.#taken = new Float64Array(bandwidth.length)
    this.#rising = new Float64Array(bandwidth.length)
    this.#ends = ends
    this.carried_B = new Float64Array(bursts.length)
    this.#burst = new Int32Array(slots)
    this.#left = new Float64Array(slots)
    this.#rate = new Float64Array(slots)
    this.#since = new Float64Array(slots)
    this.#settled = new Uint8Array(slots)
    this.#hasEnd = new Uint8Array(slots)
  }

  start(slot: number, burst: number, payload_B: number, now_s: number): void {
    this.carried_B[burst]! += payload_B
    this.#burst[slot] = burst
    this.#left[slot] = payload_B
    this.#since[slot] = now_s
    this.#rate[slot] = 1 / this.#perByte_s[burst]!
    this.#active.push(slot)
    let isAlone = true
    for (const link of this.#links[burst]!) if (this.#users[link]!++ > 0) isAlone = false
    this.#hasEnd[slot] = isAlone ? 1 : 0
    if (isAlone) this.#ends.set(slot, now_s + payload_B * this.#perByte_s[burst]!)
    else this.#share(now_s)
  }

  /** Takes a burst that has ended off its links. */
  end(slot: number, now_s: number): void {
    this.#active.splice(this.#active.indexOf(slot), 1)
    let wasAlone = true
    for (const link of this.#links[this.#burst[slot]!]!) if (--this.#users[link]! > 0) wasAlone = false
    if (!wasAlone) this.#share(now_s)
  }

  /** Lets time pass without anything happening. */
  shift(by_s: number): void {
    for (const slot of this.#active) this.#since[slot]! += by_s
  }

  #share(now_s: number): void {
    const active = this.#active
    const before = active.map((slot) => this.#rate[slot]!)
    this.#fill()
    active.forEach((slot, index) => {
      const rate = this.#rate[slot]!
      if (this.#hasEnd[slot] === 1 && Math.abs(rate - before[index]!) <= NOTHING * rate) return
      this.#left[slot] = Math.max(0, this.#left[slot]! - before[index]! * (now_s - this.#since[slot]!))
      this.#since[slot] = now_s
      this.#hasEnd[slot] = 1
      this.#ends.set(slot, now_s + this.#left[slot]! / rate)
    })
  }

  /** Rates of all active bursts, payload bytes per second. */
  #fill(): void {
    const active = this.#active
    this.#taken.fill(0)
    for (const slot of active) this.#settled[slot] = 0
    for (let waiting = active.length; waiting > 0;) {
      this.#rising.fill(0)
      let level = Infinity
      for (const slot of active) {
        if (this.#settled[slot]) continue
        const burst = this.#burst[slot]!
        const fullest = this.#fullest[burst]!
        level = Math.min(level, fullest / this.#perByte_s[burst]!)
        const [links, loads] = [this.#links[burst]!, this.#loads[burst]!]
        for (let i = 0; i < links.length; i++) this.#rising[links[i]!]! += loads[i]! / fullest
      }
      for (let link = 0; link < this.#rising.length; link++)
        if (this.#rising[link]! > 0)
          level = Math.min(level, (this.#bandwidth[link]! - this.#taken[link]!) / this.#rising[link]!)
      const full = level * (1 + NOTHING)
      for (const slot of active) {
        if (this.#settled[slot]) continue
        const burst = this.#burst[slot]!
        const fullest = this.#fullest[burst]!
        const links = this.#links[burst]!
        let isFull = fullest / this.#perByte_s[burst]! <= full
        for (let i = 0; i < links.length && !isFull; i++) {
          const link = links[i]!
          isFull = this.#bandwidth[link]! - this.#taken[link]! <= full * this.#rising[link]!
        }
        if (!isFull) continue
        this.#settled[slot] = 2
        this.#rate[slot] = level / fullest
        waiting--
      }
      for (const slot of active) {
        if (this.#settled[slot] !== 2) continue
        this.#settled[slot] = 1
        const burst = this.#burst[slot]!
        const [links, loads] = [this.#links[burst]!, this.#loads[burst]!]
        for (let i = 0; i < links.length; i++) this.#taken[links[i]!]! += loads[i]! * this.#rate[slot]!
      }
    }
  }
}

/** Bursts on the links that differ in what bursts put on them; of links that do not, the narrowest stands for all. */
function distinctLinks(network: Network, bursts: readonly Burst[]) {
  const uses = new Map<number, string[]>()
  bursts.forEach(({ links, load }, burst) =>
    links.forEach((link, index) => {
      const known = uses.get(link)
      const use = `${burst}:${load[index]}`
      if (known) known.push(use)
      else uses.set(link, [use])
    })
  )
  const classes = new Map<string, number>()
  const bandwidth: number[] = []
  const classOf = new Map<number, number>()
  for (const [link, how] of uses) {
    const key = how.join(' ')
    let known = classes.get(key)
    if (known === undefined) {
      classes.set(key, (known = bandwidth.length))
      bandwidth.push(Infinity)
    }
    bandwidth[known] = Math.min(bandwidth[known]!, network.bandwidth_Bps[link]!)
    classOf.set(link, known)
  }
  const links = bursts.map(({ links: own, load }) => {
    const loads = new Map<number, number>()
    own.forEach((link, index) => loads.set(classOf.get(link)!, load[index]!))
    return { link: Int32Array.from(loads.keys()), load: Float64Array.from(loads.values()) }
  })
  return { links, bandwidth: Float64Array.from(bandwidth) }
}
