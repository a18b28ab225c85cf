/**
 * Bytes that stream over a set of links at one rate, as a wormhole does: a path for a message, a whole tree for a pipelined reduction or
 * broadcast. The last byte arrives latency_s after it was sent; the latency does not occupy the links.
 */
export interface Flow {
  readonly links: Int32Array
  readonly bytes: number
  readonly latency_s: number
}

/** Flows that run at the same time, and how many times in a row: each time starts when all flows of the one before have arrived. */
export interface FlowStep {
  readonly flows: readonly Flow[]
  readonly times: number
}
