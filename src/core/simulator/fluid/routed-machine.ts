import type { AffineCost, CollectiveCost } from '../collective-cost.ts'
import type { CollectiveKind } from '../collectives/collective.ts'
import type { CostContext } from '../cost-context.ts'
import type { CostModel } from '../cost-model.ts'
import type { RoutedCollectives } from '../program/routed-collectives.ts'
import type { GroupName } from '../step-operations.ts'

/**
 * Collectives of a stage's groups as their flows on the network take, all groups of a name at work side by side. Sizes and the links that
 * energy is booked on stay those of the closed form.
 */
function routedCost(
  closed: CollectiveCost,
  collectives: RoutedCollectives,
  stage: number,
  name: GroupName
): CollectiveCost {
  if (closed.size === 1) return closed
  const affine = (kind: CollectiveKind): readonly AffineCost[] =>
    collectives.choices(stage, name, kind).map(({ bursts }) => ({
      latency_s: bursts.reduce((sum, { latency_s }) => sum + latency_s, 0),
      perByte_s: bursts.reduce((sum, { perByte_s }) => sum + perByte_s, 0)
    }))
  const known = new Map<CollectiveKind, readonly AffineCost[]>()
  const once = (kind: CollectiveKind): readonly AffineCost[] => {
    let costs = known.get(kind)
    if (!costs) known.set(kind, (costs = affine(kind)))
    return costs
  }
  return {
    size: closed.size,
    linkCrossings: closed.linkCrossings,
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

/** The context of a cost model for one stage, its collectives priced on the network instead of by closed forms. */
export function routedContext(model: CostModel, collectives: RoutedCollectives, stage: number): CostContext {
  const { context, axes } = model
  const { machine } = context
  return {
    ...context,
    machine: {
      ...machine,
      regionGroup(some, region, algorithm) {
        const mask = axes.reduce(
          (bits, axis, position) => (some.some(({ name }) => name === axis.name) ? bits | (1 << position) : bits),
          0
        )
        return routedCost(machine.regionGroup(some, region, algorithm), collectives, stage, mask)
      }
    },
    dataGroup: routedCost(context.dataGroup, collectives, stage, 'replicas'),
    expertGroup: routedCost(context.expertGroup, collectives, stage, 'expert-replicas'),
    expertDataGroup: routedCost(context.expertDataGroup, collectives, stage, 'expert-data-replicas')
  }
}
