import type { AffineCost, CollectiveCost } from '../collective-cost.ts'
import type { CollectiveKind } from '../collectives/collective.ts'
import type { Burst } from './burst.ts'

/** Bursts one after another on an idle network, as latency and seconds per byte. */
export const affine = (bursts: readonly Burst[]): AffineCost => ({
  latency_s: bursts.reduce((sum, { latency_s }) => sum + latency_s, 0),
  perByte_s: bursts.reduce((sum, { perByte_s }) => sum + perByte_s, 0)
})

/** A class and not an object with getters of its own: those would give every group a shape of its own, which whoever reads them pays for. */
class LazyCost implements CollectiveCost {
  readonly size: number
  readonly linkCrossings: number
  readonly #costsOf: (kind: CollectiveKind) => readonly AffineCost[]
  #allReduce: readonly AffineCost[] | undefined
  #gather: readonly AffineCost[] | undefined
  #allToAll: readonly AffineCost[] | undefined

  constructor(
    { size, linkCrossings }: Pick<CollectiveCost, 'size' | 'linkCrossings'>,
    costsOf: (kind: CollectiveKind) => readonly AffineCost[]
  ) {
    this.size = size
    this.linkCrossings = linkCrossings
    this.#costsOf = costsOf
  }

  get allReduce(): readonly AffineCost[] {
    return (this.#allReduce ??= this.#costsOf('all-reduce'))
  }

  get gather(): readonly AffineCost[] {
    return (this.#gather ??= this.#costsOf('all-gather'))
  }

  get allToAll(): readonly AffineCost[] {
    return (this.#allToAll ??= this.#costsOf('all-to-all'))
  }
}

/** The costs of a group's collectives, each kind worked out when it is first asked for. */
export const lazyCost = (
  group: Pick<CollectiveCost, 'size' | 'linkCrossings'>,
  costsOf: (kind: CollectiveKind) => readonly AffineCost[]
): CollectiveCost => new LazyCost(group, costsOf)

/**
 * The costs of a group's collectives from the bursts of its algorithms.
 * @param waysOf the bursts of every algorithm that may run a kind
 */
export const burstCost = (
  group: Pick<CollectiveCost, 'size' | 'linkCrossings'>,
  waysOf: (kind: CollectiveKind) => readonly (readonly Burst[])[]
): CollectiveCost => lazyCost(group, (kind) => waysOf(kind).map(affine))
