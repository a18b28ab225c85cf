import type { AffineCost, CollectiveCost } from '../collective-cost.ts'
import type { CollectiveKind } from '../collectives/collective.ts'
import type { Burst } from './burst.ts'

/** Bursts one after another on an idle network, as latency and seconds per byte. */
export const affine = (bursts: readonly Burst[]): AffineCost => ({
  latency_s: bursts.reduce((sum, { latency_s }) => sum + latency_s, 0),
  perByte_s: bursts.reduce((sum, { perByte_s }) => sum + perByte_s, 0)
})

/** The costs of a group's collectives, each kind worked out when it is first asked for. */
export function lazyCost(
  { size, linkCrossings }: Pick<CollectiveCost, 'size' | 'linkCrossings'>,
  costsOf: (kind: CollectiveKind) => readonly AffineCost[]
): CollectiveCost {
  const known = new Map<CollectiveKind, readonly AffineCost[]>()
  const once = (kind: CollectiveKind): readonly AffineCost[] => {
    let costs = known.get(kind)
    if (!costs) known.set(kind, (costs = costsOf(kind)))
    return costs
  }
  return {
    size,
    linkCrossings,
    get allReduce() {
      return once('all-reduce')
    },
    get gather() {
      return once('all-gather')
    },
    get allToAll() {
      return once('all-to-all')
    }
  }
}

/**
 * The costs of a group's collectives from the bursts of its algorithms.
 * @param waysOf the bursts of every algorithm that may run a kind
 */
export const burstCost = (
  group: Pick<CollectiveCost, 'size' | 'linkCrossings'>,
  waysOf: (kind: CollectiveKind) => readonly (readonly Burst[])[]
): CollectiveCost => lazyCost(group, (kind) => waysOf(kind).map(affine))
