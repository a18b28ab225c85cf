import type { TrafficEvent } from '../../simulator/event/timeline.ts'
import type { Network } from '../../simulator/network/network.ts'
import type { Burst } from '../../simulator/program/burst.ts'
import { stepLinkBytes } from '../../simulator/program/link-bytes.ts'
import type { PreparedStep } from '../prepared-step.ts'

/** Points of each track: enough for a screen, few beside the slices. */
const BINS = 2000

/** Rates on some links, and on all together, over the time of a step. */
export class LinkTracks {
  readonly links: readonly number[]
  readonly #position: ReadonlyMap<number, number>
  /** What one byte of a burst's payload puts on each watched link, and, last, on all links. */
  readonly #shares = new Map<Burst, readonly (readonly [track: number, load: number])[]>()
  readonly #bursts: Burst[] = []
  readonly #bytes: number[] = []
  readonly #start_s: number[] = []
  readonly #end_s: number[] = []

  constructor(links: readonly number[]) {
    this.links = links
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
    const interval_s = time_s / BINS
    const tracks = Array.from({ length: this.links.length + 1 }, () => new Float64Array(BINS))
    this.#bursts.forEach((burst, index) => {
      const [start_s, end_s] = [this.#start_s[index]!, this.#end_s[index]!]
      const first = Math.min(BINS - 1, Math.floor(start_s / interval_s))
      const last = Math.min(BINS - 1, Math.floor(end_s / interval_s))
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

/** The links that a step uses most, as shares of their bandwidth; the hottest first. */
export function hottestLinks(step: PreparedStep, most: number): readonly number[] {
  const { design, programs, collectives, bytesOf, network } = step
  const bytes = stepLinkBytes(design, programs, collectives, bytesOf)
  const use = (link: number): number => bytes[link]! / network.bandwidth_Bps[link]!
  return [...bytes.keys()]
    .filter((link) => bytes[link]! > 0)
    .sort((a, b) => use(b) - use(a) || a - b)
    .slice(0, most)
}

export const linkName = (network: Network, link: number): string =>
  `${network.nodeName(network.linkFrom[link]!)} to ${network.nodeName(network.linkTo[link]!)}`
