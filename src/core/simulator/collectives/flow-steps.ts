import { latencyAlong_s, type Flow, type FlowStep } from '../network/flow.ts'
import type { Network } from '../network/network.ts'
import type { Collective, Stream } from './collective.ts'

/** Seconds until the first byte has been through the longest chain of hops. */
function depth_s(network: Network, { hops }: Stream): number {
  const arrival = new Map<number, number>()
  let last = 0
  for (const { from, to } of hops) {
    const time = (arrival.get(from) ?? 0) + latencyAlong_s(network, network.route(from, to))
    arrival.set(to, Math.max(arrival.get(to) ?? 0, time))
    last = Math.max(last, time)
  }
  return last
}

/**
 * The links of a stream's hops, each once; links that several hops pass come again in a second, third, ... set, because every passage
 * takes its own share of the wire.
 */
function linkSets(network: Network, { hops }: Stream): readonly Int32Array[] {
  const passages = new Map<number, number>()
  const sets: number[][] = []
  for (const { from, to } of hops)
    for (const link of network.route(from, to)) {
      const before = passages.get(link) ?? 0
      passages.set(link, before + 1)
      ;(sets[before] ??= []).push(link)
    }
  return sets.map((links) => Int32Array.from(links))
}

/** A collective of `bytes` on a network as steps of concurrent flows; what starting it costs (`launch_s`) is not among them. */
export const flowSteps = (network: Network, { pieces, phases }: Collective, bytes: number): readonly FlowStep[] =>
  phases.map(({ streams, times }) => ({
    flows: streams.flatMap((stream): readonly Flow[] => {
      const share = stream.pieces.reduce((sum, piece) => sum + pieces[piece]!.share, 0)
      const latency_s = depth_s(network, stream)
      return linkSets(network, stream).map((links) => ({ links, bytes: share * bytes, latency_s }))
    }),
    times
  }))
