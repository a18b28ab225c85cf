import { IndexedHeap } from '../../optimization/indexed-heap.ts'

/** Levels this close, relative to each other, are one: so that flows that are alike get the same rate to the last bit. */
const SAME_LEVEL = 1e-12

const NONE = -1
const RISING = -1

type Ints = Int32Array<ArrayBuffer>
type Floats = Float64Array<ArrayBuffer>

const grown = <Values extends Ints | Floats>(values: Values, needed: number): Values => {
  if (needed <= values.length) return values
  const larger = new (values.constructor as new (length: number) => Values)(2 * needed)
  larger.set(values)
  return larger
}

/**
 * Weighted max-min fair rates by progressive filling (Bertsekas & Gallager, Data Networks, 6.5.2): the rates of all flows rise
 * together, each in proportion to its weight; when a link is full, or a flow at its limit, the flows concerned keep their rates and the
 * others rise on. A rate can then only be raised by lowering one that is no higher.
 *
 * Usage: `clear`, `add` each flow, `solve`, read `rates`. For n incidences of flows and links, O(n log links); space grows to the
 * largest problem and is used again, so that solving allocates nothing. Links that no added flow uses cost nothing.
 */
export class FairRates {
  readonly #capacity: Float64Array
  #flows = 0
  #incidences = 0
  /** Flows to links and, of the links in use, links to flows, in compressed rows. */
  #flowStart: Ints = new Int32Array(64)
  #flowLinks: Ints = new Int32Array(256)
  readonly #linkStart: Int32Array
  readonly #linkEnd: Int32Array
  #linkFlows: Ints = new Int32Array(256)
  #used = 0
  readonly #usedLinks: Int32Array
  #weight: Floats = new Float64Array(64)
  #limit: Floats = new Float64Array(64)
  #rate: Floats = new Float64Array(64)
  /** Per link: flows that still rise, their weights, and what the settled ones leave. */
  readonly #rising: Int32Array
  readonly #risingWeight: Float64Array
  readonly #left: Float64Array
  /** Links by the level that fills them; flows with a limit, numbered after the links, by the level that takes them there. */
  readonly #levels = new IndexedHeap()

  /** @param capacity of each link, bytes per second; read at `add`, never changed */
  constructor(capacity: Float64Array) {
    this.#capacity = capacity
    this.#linkStart = new Int32Array(capacity.length)
    this.#linkEnd = new Int32Array(capacity.length)
    this.#usedLinks = new Int32Array(capacity.length)
    this.#rising = new Int32Array(capacity.length)
    this.#risingWeight = new Float64Array(capacity.length)
    this.#left = new Float64Array(capacity.length)
  }

  /** Rates of the flows of the last `solve` in the order of `add`, bytes per second; valid until the next `add`. */
  get rates(): Float64Array {
    return this.#rate
  }

  clear(): void {
    for (let i = 0; i < this.#used; i++) this.#rising[this.#usedLinks[i]!] = 0
    this.#flows = this.#incidences = this.#used = 0
  }

  /** A flow over links, each named once; its weight within 1e9 times that of any other. Without links or a limit its rate is infinite. */
  add(links: Int32Array, weight = 1, limit = Infinity): void {
    const flow = this.#flows++
    const end = this.#incidences + links.length
    this.#flowStart = grown(this.#flowStart, flow + 2)
    this.#flowLinks = grown(this.#flowLinks, end)
    this.#weight = grown(this.#weight, flow + 1)
    this.#limit = grown(this.#limit, flow + 1)
    this.#rate = grown(this.#rate, flow + 1)
    this.#weight[flow] = weight
    this.#limit[flow] = limit
    for (let i = 0; i < links.length; i++) {
      const link = links[i]!
      this.#flowLinks[this.#incidences + i] = link
      if (this.#rising[link] === 0) {
        this.#usedLinks[this.#used++] = link
        this.#risingWeight[link] = 0
        this.#left[link] = this.#capacity[link]!
      }
      this.#rising[link]!++
      this.#risingWeight[link]! += weight
    }
    this.#incidences = end
    this.#flowStart[flow + 1] = end
  }

  /** Takes away part of a link's capacity; of a link that no added flow uses, nothing. */
  take(link: number, rate: number): void {
    if (this.#rising[link]! > 0) this.#left[link] = Math.max(0, this.#left[link]! - rate)
  }

  /** Gives every flow its rate; then `clear` before the next problem. */
  solve(): void {
    const links = this.#capacity.length
    const levels = this.#levels
    this.#indexLinks()
    levels.reserve(links + this.#flows)
    for (let i = 0; i < this.#used; i++) {
      const link = this.#usedLinks[i]!
      levels.set(link, this.#left[link]! / this.#risingWeight[link]!)
    }
    for (let flow = 0; flow < this.#flows; flow++) {
      this.#rate[flow] = this.#flowStart[flow] === this.#flowStart[flow + 1] ? this.#limit[flow]! : RISING
      if (this.#limit[flow] !== Infinity) levels.set(links + flow, this.#limit[flow]! / this.#weight[flow]!)
    }
    let level = 0
    while (levels.size > 0) {
      const item = levels.first
      const least = levels.least
      const link = item < links ? item : NONE
      // Levels only grow as flows settle, so a link's level is brought up to date when its turn seems to have come.
      const now = link !== NONE && this.#rising[link]! > 0 ? this.#left[link]! / this.#risingWeight[link]! : least
      if (now > least * (1 + SAME_LEVEL)) {
        levels.set(item, now)
        continue
      }
      levels.remove(item)
      if (least > level * (1 + SAME_LEVEL)) level = least
      if (link === NONE) this.#settle(item - links, this.#limit[item - links]!)
      else
        for (let i = this.#linkStart[link]!, end = this.#linkEnd[link]!; i < end; i++) {
          const flow = this.#linkFlows[i]!
          this.#settle(flow, level * this.#weight[flow]!)
        }
    }
  }

  #indexLinks(): void {
    this.#linkFlows = grown(this.#linkFlows, this.#incidences)
    let start = 0
    for (let i = 0; i < this.#used; i++) {
      const link = this.#usedLinks[i]!
      this.#linkStart[link] = this.#linkEnd[link] = start
      start += this.#rising[link]!
    }
    const ends = this.#linkEnd
    const flows = this.#linkFlows
    const links = this.#flowLinks
    for (let flow = 0, i = 0; flow < this.#flows; flow++)
      for (const end = this.#flowStart[flow + 1]!; i < end; i++) flows[ends[links[i]!]!++] = flow
  }

  /** Gives a flow its rate for good, unless it has one. */
  #settle(flow: number, rate: number): void {
    if (this.#rate[flow] !== RISING) return
    this.#rate[flow] = rate
    const weight = this.#weight[flow]!
    const links = this.#flowLinks
    const rising = this.#rising
    const risingWeight = this.#risingWeight
    const left = this.#left
    for (let i = this.#flowStart[flow]!, end = this.#flowStart[flow + 1]!; i < end; i++) {
      const link = links[i]!
      rising[link]!--
      risingWeight[link]! -= weight
      left[link] = Math.max(0, left[link]! - rate)
    }
  }
}
