import type { AffineCost, CollectiveCost } from '../collective-cost.ts'
import type { CollectiveKind } from '../collectives/collective.ts'
import type { Burst } from './burst.ts'

/** Bursts one after another on an idle network, as latency and seconds per byte. */
const affine = (bursts: readonly Burst[]): AffineCost => ({
  latency_s: bursts.reduce((sum, { latency_s }) => sum + latency_s, 0),
  perByte_s: bursts.reduce((sum, { perByte_s }) => sum + perByte_s, 0)
})

/**
 * The costs of a group's collectives from the bursts of its algorithms, each kind worked out when it is first asked for.
 * @param waysOf the bursts of every algorithm that may run a kind
 */
export function burstCost(
  { size, linkCrossings }: Pick<CollectiveCost, 'size' | 'linkCrossings'>,
  waysOf: (kind: CollectiveKind) => readonly (readonly Burst[])[]
): CollectiveCost {
  const known = new Map<CollectiveKind, readonly AffineCost[]>()
  const costsOf = (kind: CollectiveKind): readonly AffineCost[] => {
    let costs = known.get(kind)
    if (!costs) known.set(kind, (costs = waysOf(kind).map(affine)))
    return costs
  }
  return {
    size,
    linkCrossings,
    get allReduce() {
      return costsOf('all-reduce')
    },
    get gather() {
      return costsOf('all-gather')
    },
    get allToAll() {
      return costsOf('all-to-all')
    }
  }
}
