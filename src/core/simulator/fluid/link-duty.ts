import type { AffineCost } from '../collective-cost.ts'
import type { Network } from '../network/network.ts'
import type { Burst } from '../program/burst.ts'
import type { RoutedCall } from '../program/routed-collectives.ts'

/**
 * How busy the links are in the steady state of a pipeline, by whose traffic. Traffic of two owners meets by chance: over a link that others
 * keep busy for a share u of the time, max-min fair sharing makes a transfer take 1 + u times as long on average over when it begins
 * (two equal transfers of W seconds that begin x < W apart both take 2 W - x).
 */
export class LinkDuty {
  readonly #network: Network
  readonly #period_s: number
  readonly #all: Float64Array
  readonly #own = new Map<string, Float64Array>()

  /** @param period_s that the traffic to be added is spread over */
  constructor(network: Network, period_s: number) {
    this.#network = network
    this.#period_s = period_s
    this.#all = new Float64Array(network.bandwidth_Bps.length)
  }

  add(owner: string, { bursts }: RoutedCall, payload_B: number): void {
    let own = this.#own.get(owner)
    if (!own) this.#own.set(owner, (own = new Float64Array(this.#all.length)))
    for (const burst of bursts) {
      const { links, load } = burst
      const pace = this.#pace(burst)
      for (let i = 0; i < links.length; i++) {
        const link = links[i]!
        const share = (pace * load[i]! * payload_B) / this.#network.bandwidth_Bps[link]! / this.#period_s
        own[link]! += share
        this.#all[link]! += share
      }
    }
  }

  /** Seconds that a burst holds its fullest link over what its bytes need there: below 1 where it is known to take less, by measurement. */
  #pace({ links, load, perByte_s }: Burst): number {
    const fullest_s = links.reduce(
      (most, link, index) => Math.max(most, load[index]! / this.#network.bandwidth_Bps[link]!),
      0
    )
    return fullest_s > perByte_s ? perByte_s / fullest_s : 1
  }

  /** What a call of an owner costs among the traffic of the others. */
  cost(owner: string, { bursts }: RoutedCall): AffineCost {
    const own = this.#own.get(owner)
    let latency_s = 0
    let perByte_s = 0
    for (const burst of bursts) {
      const pace = this.#pace(burst)
      let slowest_s = burst.perByte_s
      for (let i = 0; i < burst.links.length; i++) {
        const link = burst.links[i]!
        // No traffic is slowed by more than the other traffic there is, which at most fills the link.
        const others = Math.min(1, Math.max(0, this.#all[link]! - (own?.[link] ?? 0)))
        slowest_s = Math.max(slowest_s, ((pace * burst.load[i]!) / this.#network.bandwidth_Bps[link]!) * (1 + others))
      }
      latency_s += burst.latency_s
      perByte_s += slowest_s
    }
    return { latency_s, perByte_s }
  }
}
