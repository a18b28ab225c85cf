import type { CollectiveCost } from '../collective-cost.ts'
import type { CostContext } from '../cost-context.ts'
import type { CostModel } from '../cost-model.ts'
import { burstCost } from '../program/burst-cost.ts'
import type { RoutedCollectives } from '../program/routed-collectives.ts'
import type { GroupName } from '../step-operations.ts'

/**
 * Collectives of a stage's groups as their flows on the network take, all groups of a name at work side by side. Sizes and the links that
 * energy is booked on stay those of the closed form.
 */
const routedCost = (
  closed: CollectiveCost,
  collectives: RoutedCollectives,
  stage: number,
  name: GroupName
): CollectiveCost =>
  closed.size === 1
    ? closed
    : burstCost(closed, (kind) => collectives.choices(stage, name, kind).map(({ bursts }) => bursts))

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
