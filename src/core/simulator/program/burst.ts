import type { Flow, FlowStep } from '../network/flow.ts'
import type { Network } from '../network/network.ts'

/**
 * Traffic of flows that start together and must all arrive before anything goes on, as one: the bytes that one byte of payload puts on
 * each link. Its rate is that of its fullest link, so equal groups at work side by side, and the equal steps of a ring one after another,
 * fold into one burst without loss.
 */
export interface Burst {
  readonly links: Int32Array
  /** Bytes over links[i] per byte of payload. */
  readonly load: Float64Array
  readonly latency_s: number
  /** Seconds per byte of payload on links that carry nothing else. */
  readonly perByte_s: number
  /** Most that one of its groups puts on a link: what bursts that share links share them by, so that together groups get what each would. */
  readonly fullest: number
}

/** Most that flows put on a link, bytes. */
function fullestOf(flows: readonly Flow[]): number {
  const loads = new Map<number, number>()
  let most = 0
  for (const { links, bytes } of flows)
    for (const link of links) {
      const load = (loads.get(link) ?? 0) + bytes
      loads.set(link, load)
      most = Math.max(most, load)
    }
  return most
}

function burst(network: Network, groups: readonly FlowStep[]): Burst {
  const step = { flows: groups.flatMap(({ flows }) => flows), times: groups[0]!.times }
  const fullest = step.times * groups.reduce((most, { flows }) => Math.max(most, fullestOf(flows)), 0)
  const loads = new Map<number, number>()
  let latency_s = 0
  let slowest = 0
  const add = ({ links, bytes, latency_s: own_s, limit_Bps }: Flow): void => {
    latency_s = Math.max(latency_s, own_s)
    if (limit_Bps !== undefined) slowest = Math.max(slowest, bytes / limit_Bps)
    for (const link of links) loads.set(link, (loads.get(link) ?? 0) + bytes)
  }
  step.flows.forEach(add)
  const links = Int32Array.from(loads.keys()).sort()
  const load = Float64Array.from(links, (link) => step.times * loads.get(link)!)
  const perByte_s = links.reduce(
    (worst, link, index) => Math.max(worst, load[index]! / network.bandwidth_Bps[link]!),
    step.times * slowest
  )
  return { links, load, latency_s: step.times * latency_s, perByte_s, fullest }
}

/** Steps that many groups take side by side, for one byte of payload, as bursts one after another. */
export function burstsOf(network: Network, groups: readonly (readonly FlowStep[])[]): readonly Burst[] {
  const longest = groups.reduce((most, steps) => Math.max(most, steps.length), 0)
  return Array.from({ length: longest }, (_, index) => {
    const now = groups.flatMap((steps) => steps[index] ?? [])
    const times = now[0]!.times
    // Groups of unequal shape do not step in time; each of their steps is spread over the same span.
    return burst(
      network,
      now.map((step) =>
        step.times === times
          ? step
          : {
              times,
              flows: step.flows.map((flow) => ({
                ...flow,
                bytes: (flow.bytes * step.times) / times,
                latency_s: (flow.latency_s * step.times) / times
              }))
            }
      )
    )
  })
}

/** Seconds of bursts one after another on an idle network. */
export const idle_s = (bursts: readonly Burst[], bytes: number, latencyShare = 1): number =>
  bursts.reduce((time, { latency_s, perByte_s }) => time + latencyShare * latency_s + perByte_s * bytes, 0)
