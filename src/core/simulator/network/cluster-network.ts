import type { ClusterChipSpec } from '../../chip/chip-spec.ts'
import { ringBandwidth_Bps, type SwitchedGroup } from '../collective-cost.ts'
import { switchedNetworkOf } from '../switched-network.ts'
import type { LinkDirection, Network } from './network.ts'

/** The links of a device: to and from its node's switch, out of and into its network adapter. */
const LINKS_PER_DEVICE = 4

/** What a link of a cluster belongs to: the port to the switch of its node, or the adapter of the network. */
export const clusterLinkKind = (link: number): 'node' | 'network' => (link % LINKS_PER_DEVICE < 2 ? 'node' : 'network')

/** The cluster with the links of some kinds faster, all alike; what groups inside a node reach grows by the same share as its ports. */
export function withFasterLinks(
  chip: ClusterChipSpec,
  kinds: ReadonlySet<'node' | 'network'>,
  more_Bps: number
): ClusterChipSpec {
  const { node, network } = chip
  const share = 1 + more_Bps / node.bandwidth_Bps
  return {
    ...chip,
    ...(kinds.has('node') && {
      node: {
        ...node,
        bandwidth_Bps: node.bandwidth_Bps + more_Bps,
        ...(node.groupBandwidth_Bps && {
          groupBandwidth_Bps: node.groupBandwidth_Bps.map((bandwidth_Bps) => bandwidth_Bps * share)
        })
      }
    }),
    ...(kinds.has('network') && {
      network: { ...network, bandwidthPerDevice_Bps: network.bandwidthPerDevice_Bps + more_Bps }
    })
  }
}

/**
 * A switched cluster as a network: a device has a port to the switch of its node, `node.bandwidth_Bps` each way, and an adapter to
 * a core that never blocks, `network.bandwidthPerDevice_Bps` each way. Devices of one node meet at its switch, others at the core, each
 * through its own adapter: a group spreads over the adapters of a node by as many rings as it has members there. Latencies are those of
 * a step of a collective, `node.stepLatency_s` inside a node and `network.latency_s` between nodes; `node.latency_s` is the launch.
 *
 * Bandwidths are what links carry, not what collectives reach: those take a `Flow.limit_Bps` from `collectiveLimit_Bps`.
 */
export function clusterNetwork(chip: ClusterChipSpec): Network {
  const { devices, node, network } = chip
  const switches = Math.ceil(devices / node.devices)
  const core = devices + switches
  const links = LINKS_PER_DEVICE * devices
  const linkFrom = new Int32Array(links)
  const linkTo = new Int32Array(links)
  const bandwidth_Bps = new Float64Array(links)
  const latency_s = new Float64Array(links)
  const linkDirection: LinkDirection[] = []
  const nodeOf = (device: number): number => Math.floor(device / node.devices)
  for (let device = 0; device < devices; device++)
    for (const level of [0, 1] as const) {
      const up = LINKS_PER_DEVICE * device + 2 * level
      const hub = level === 0 ? devices + nodeOf(device) : core
      linkFrom[up] = linkTo[up + 1] = device
      linkTo[up] = linkFrom[up + 1] = hub
      bandwidth_Bps[up] = bandwidth_Bps[up + 1] = level === 0 ? node.bandwidth_Bps : network.bandwidthPerDevice_Bps
      latency_s[up] = level === 0 ? node.stepLatency_s : network.latency_s
      linkDirection.push('up', 'down')
    }
  const known = new Map<number, Int32Array>()
  return {
    dies: devices,
    nodes: core + 1,
    linkFrom,
    linkTo,
    bandwidth_Bps,
    latency_s,
    linkDirection,
    isWhole: true,
    alive: new Uint8Array(devices).fill(1),
    launch_s: node.latency_s,
    route(from, to) {
      const key = from * devices + to
      const found = known.get(key)
      if (found) return found
      const level = nodeOf(from) === nodeOf(to) ? 0 : 2
      const route = from === to ? [] : [LINKS_PER_DEVICE * from + level, LINKS_PER_DEVICE * to + level + 1]
      const path = Int32Array.from(route)
      known.set(key, path)
      return path
    },
    nodeName: (at) =>
      at < devices ? `device ${at} (node ${nodeOf(at)})` : at < core ? `switch of node ${at - devices}` : 'network core'
  }
}

/**
 * The `Flow.limit_Bps` of a ring collective, so that on idle links it takes the time of its closed form: what each device sends at most,
 * divided by the rings that run side by side.
 */
export const collectiveLimit_Bps = (chip: ClusterChipSpec, group: SwitchedGroup, rings = 1): number =>
  ringBandwidth_Bps(group, switchedNetworkOf(chip)) / rings
