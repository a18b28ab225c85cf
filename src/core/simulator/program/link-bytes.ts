import type { Design } from '../design.ts'
import type { RoutedCall, RoutedCollectives } from './routed-collectives.ts'
import type { StageProgram } from './stage-program.ts'
import { forEachFlow } from './step-flows.ts'

/** Adds what a payload puts on each link. */
export function addPayload(linkBytes: Float64Array, { bursts }: RoutedCall, payload_B: number): void {
  for (const { links, load } of bursts) links.forEach((link, index) => (linkBytes[link]! += load[index]! * payload_B))
}

/** Adds what the two ends of a pipeline exchange of a table that both hold, once a step. */
export function addTableExchange(
  linkBytes: Float64Array,
  { frame, stages }: Design,
  collectives: RoutedCollectives
): void {
  const last = stages.length - 1
  if (frame.tiedShard_B === 0 || last === 0) return
  for (const [from, to] of [
    [0, last],
    [last, 0]
  ] as const)
    addPayload(linkBytes, collectives.transfer(from, to), frame.tiedShard_B)
}

/** Bytes that one optimiser step of a design puts on every link of the network, in the order of its links. */
export function stepLinkBytes(
  design: Design,
  programs: readonly StageProgram[],
  collectives: RoutedCollectives,
  bytesOf: (from: number, to: number) => number
): Float64Array {
  const linkBytes = new Float64Array(collectives.network.bandwidth_Bps.length)
  forEachFlow(design, programs, collectives, bytesOf, ({ routed, payload_B }) =>
    addPayload(linkBytes, routed, payload_B)
  )
  return linkBytes
}
