import type { Design } from '../design.ts'
import type { RoutedCall, RoutedCollectives } from './routed-collectives.ts'
import type { StageProgram } from './stage-program.ts'
import { forEachFlow } from './step-flows.ts'

/** Adds what a payload puts on each link. */
export function addPayload(linkBytes: Float64Array, { bursts }: RoutedCall, payload_B: number): void {
  for (const { links, load } of bursts) links.forEach((link, index) => (linkBytes[link]! += load[index]! * payload_B))
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
