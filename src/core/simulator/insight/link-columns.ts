import type { Network } from '../network/network.ts'
import { addPayload } from '../program/link-bytes.ts'
import { trafficClasses, type StepFlow, type TrafficClass } from '../program/step-flows.ts'

/** What every link of a network carries in a step, one array per quantity, by number of the link. */
export interface LinkColumns {
  /** Nodes that a link joins: dies row by row, then switches and adapters. */
  readonly from: Int32Array
  readonly to: Int32Array
  readonly bandwidth_Bps: Float64Array
  readonly bytes: Readonly<Record<TrafficClass, Float64Array>>
  /** Nodes after these are no dies. */
  readonly dies: number
  /** Names of all nodes. */
  readonly nodes: readonly string[]
  readonly step_s: number
}

/** @param flows told one after another of all traffic of the step */
export function linkColumns(
  network: Network,
  step_s: number,
  flows: (visit: (flow: StepFlow) => void) => void
): LinkColumns {
  const links = network.bandwidth_Bps.length
  const bytes = Object.fromEntries(trafficClasses.map((name) => [name, new Float64Array(links)])) as Record<
    TrafficClass,
    Float64Array
  >
  flows(({ traffic, routed, payload_B }) => addPayload(bytes[traffic], routed, payload_B))
  return {
    from: network.linkFrom,
    to: network.linkTo,
    bandwidth_Bps: network.bandwidth_Bps,
    bytes,
    dies: network.dies,
    nodes: Array.from({ length: network.nodes }, (_, node) => network.nodeName(node)),
    step_s
  }
}

/** Bytes on a link, of some classes or of all. */
export const linkBytes = (
  { bytes }: Pick<LinkColumns, 'bytes'>,
  link: number,
  classes: readonly TrafficClass[] = trafficClasses
): number => classes.reduce((sum, name) => sum + bytes[name][link]!, 0)

/** Share of what a link could carry in the step that it does carry, 0..1. */
export const utilisation = (
  columns: LinkColumns,
  link: number,
  classes: readonly TrafficClass[] = trafficClasses
): number => linkBytes(columns, link, classes) / (columns.bandwidth_Bps[link]! * columns.step_s)

/** Traffic of a step that goes over one link. */
export interface LinkFlow extends Omit<StepFlow, 'routed' | 'payload_B'> {
  readonly algorithm: string
  /** Bytes that it puts on the link in the step. */
  readonly bytes: number
  /** All links that it uses. */
  readonly route: Int32Array
}

/** The traffic that uses a link, what puts most on it first; equal traffic of several operators' passes is one. */
export function flowsOn(
  link: number,
  most: number,
  flows: (visit: (flow: StepFlow) => void) => void
): readonly LinkFlow[] {
  const found = new Map<string, LinkFlow>()
  flows(({ routed, payload_B, ...flow }) => {
    const bytes = routed.bursts.reduce((sum, { links, load }) => {
      const at = links.indexOf(link)
      return at < 0 ? sum : sum + load[at]! * payload_B
    }, 0)
    if (bytes === 0) return
    const { traffic, stage, receiver, layer, operator, kind, group } = flow
    const key = [traffic, stage, receiver, layer, operator, kind, group, routed.algorithm].join(' ')
    const known = found.get(key)
    const route = known?.route ?? Int32Array.from(new Set(routed.bursts.flatMap(({ links }) => [...links]))).sort()
    found.set(key, { ...flow, algorithm: routed.algorithm, bytes: bytes + (known?.bytes ?? 0), route })
  })
  return [...found.values()].sort((a, b) => b.bytes - a.bytes).slice(0, most)
}
