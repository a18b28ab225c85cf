import type { WaferChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { ALONE, type CollectiveCost } from './collective-cost.ts'
import type { CollectiveGroup } from './collectives/collective.ts'
import { meshNetwork } from './network/mesh-network.ts'
import type { Network } from './network/network.ts'
import { burstCost } from './program/burst-cost.ts'
import { algorithmsOf, collectiveBursts } from './program/collective-genes.ts'

const networks = new WeakMap<WaferChipSpec, Network>()

function networkOf(chip: WaferChipSpec): Network {
  let network = networks.get(chip)
  if (!network) networks.set(chip, (network = meshNetwork(chip)))
  return network
}

/**
 * Collectives by an algorithm that has no closed form here: the time of its own flows on the idle wafer, all groups of a region or of its
 * replicas side by side.
 * @param linkCrossings links that one byte of an all-reduced tensor crosses per die, for energy
 * @throws Problem `illegal-mapping` where a group cannot run it
 */
export function explicitCollectives(
  chip: WaferChipSpec,
  groups: readonly CollectiveGroup[],
  gene: Mapping['collectives'],
  linkCrossings: number
): CollectiveCost {
  const size = groups[0]!.members.length
  if (size === 1) return ALONE
  const network = networkOf(chip)
  return burstCost({ size, linkCrossings }, (kind) =>
    algorithmsOf(network, groups, kind, gene).map((algorithm) => collectiveBursts(network, groups, kind, algorithm))
  )
}
