import type { ClusterChipSpec } from '../chip/chip-spec.ts'
import type { SwitchedNetwork } from './collective-cost.ts'

/** A cluster as its collectives see it: bandwidths are the share of the links' own that collectives reach inside a training step. */
export function switchedNetworkOf(chip: ClusterChipSpec): SwitchedNetwork {
  const share = chip.execution.collectiveShare ?? 1
  return {
    nodeDevices: chip.node.devices,
    nodeBandwidth_Bps: chip.node.bandwidth_Bps * share,
    groupBandwidth_Bps: (chip.node.groupBandwidth_Bps ?? []).map((bandwidth) => bandwidth * share),
    launch_s: chip.node.latency_s,
    nodeStep_s: chip.node.stepLatency_s,
    networkBandwidth_Bps: chip.network.bandwidthPerDevice_Bps * share,
    networkStep_s: chip.network.latency_s,
    hasTrees: true
  }
}
