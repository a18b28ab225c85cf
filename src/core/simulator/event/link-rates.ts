import type { Burst } from '../program/burst.ts'
import type { TrafficEvent } from './timeline.ts'

/** Rates on some links, and on all together, over the time of a step. */
export class LinkRates {
  readonly links: readonly number[]
  readonly bins: number
  readonly #position: ReadonlyMap<number, number>
  /** What one byte of a burst's payload puts on each watched link, and, last, on all links. */
  readonly #shares = new Map<Burst, readonly (readonly [track: number, load: number])[]>()
  readonly #bursts: Burst[] = []
  readonly #bytes: number[] = []
  readonly #start_s: number[] = []
  readonly #end_s: number[] = []

  /** @param bins equal intervals of the step's time that rates are told of */
  constructor(links: readonly number[], bins: number) {
    this.links = links
    this.bins = bins
    this.#position = new Map(links.map((link, index) => [link, index]))
  }

  add({ burst, bytes, start_s, end_s }: TrafficEvent): void {
    this.#bursts.push(burst)
    this.#bytes.push(bytes)
    this.#start_s.push(start_s)
    this.#end_s.push(end_s)
  }

  /**
   * Mean rates over equal intervals of time: bytes/s by track (the watched links in order, then all links together) and interval. Every
   * burst's bytes are spread evenly over the time it took, so rate times interval sums to the bytes of the step.
   */
  rates_Bps(time_s: number): { readonly interval_s: number; readonly tracks: readonly Float64Array[] } {
    const { bins } = this
    const interval_s = time_s / bins
    const tracks = Array.from({ length: this.links.length + 1 }, () => new Float64Array(bins))
    this.#bursts.forEach((burst, index) => {
      const [start_s, end_s] = [this.#start_s[index]!, this.#end_s[index]!]
      const first = Math.min(bins - 1, Math.floor(start_s / interval_s))
      const last = Math.min(bins - 1, Math.floor(end_s / interval_s))
      for (let bin = first; bin <= last; bin++) {
        const inside_s = Math.min(end_s, (bin + 1) * interval_s) - Math.max(start_s, bin * interval_s)
        const share = first === last ? 1 : Math.max(0, inside_s) / (end_s - start_s)
        for (const [track, load] of this.#sharesOf(burst))
          tracks[track]![bin]! += (load * share * this.#bytes[index]!) / interval_s
      }
    })
    return { interval_s, tracks }
  }

  #sharesOf(burst: Burst) {
    let shares = this.#shares.get(burst)
    if (!shares) {
      const watched = [...burst.links].flatMap((link, index) => {
        const track = this.#position.get(link)
        return track === undefined ? [] : [[track, burst.load[index]!] as const]
      })
      const all = burst.load.reduce((sum, load) => sum + load, 0)
      this.#shares.set(burst, (shares = [...watched, [this.links.length, all]]))
    }
    return shares
  }
}
