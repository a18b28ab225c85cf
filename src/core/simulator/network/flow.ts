import type { Network } from './network.ts'

/**
 * Bytes that stream over a set of links at one rate, as a wormhole does: a path for a message, a whole tree for a pipelined reduction or
 * broadcast. The last byte arrives latency_s after it was sent; the latency does not occupy the links.
 */
export interface Flow {
  /** Each link once. */
  readonly links: Int32Array
  readonly bytes: number
  readonly latency_s: number
  /** Most that it takes of free links: what a protocol reaches. No limit when absent. */
  readonly limit_Bps?: number
  /** Share of a contended link over that of a flow of weight 1, as that many flows side by side would get; 1 when absent. */
  readonly weight?: number
}

/** Flows that run at the same time, and how many times in a row: each time starts when all flows of the one before have arrived. */
export interface FlowStep {
  readonly flows: readonly Flow[]
  readonly times: number
}

/** Sum of the links' latencies, in seconds. */
export function latencyAlong_s(network: Network, links: Int32Array): number {
  let sum = 0
  for (let i = 0; i < links.length; i++) sum += network.latency_s[links[i]!]!
  return sum
}

/**
 * A message from one die to another along the network's route; to itself, it takes no link and no time.
 * @throws Problem `unreachable`
 */
export function routedFlow(network: Network, from: number, to: number, bytes: number): Flow {
  const links = network.route(from, to)
  return { links, bytes, latency_s: latencyAlong_s(network, links) }
}
