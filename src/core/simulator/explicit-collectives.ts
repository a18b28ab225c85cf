import type { WaferChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { ALONE, type AffineCost, type CollectiveCost } from './collective-cost.ts'
import type { CollectiveGroup, CollectiveKind } from './collectives/collective.ts'
import { meshNetwork } from './network/mesh-network.ts'
import type { Network } from './network/network.ts'
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
  const costs = new Map<CollectiveKind, readonly AffineCost[]>()
  const costsOf = (kind: CollectiveKind): readonly AffineCost[] => {
    let known = costs.get(kind)
    if (!known) {
      known = algorithmsOf(network, groups, kind, gene).map((algorithm) => {
        const bursts = collectiveBursts(network, groups, kind, algorithm)
        return {
          latency_s: bursts.reduce((sum, { latency_s }) => sum + latency_s, 0),
          perByte_s: bursts.reduce((sum, { perByte_s }) => sum + perByte_s, 0)
        }
      })
      costs.set(kind, known)
    }
    return known
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
