import type { Design } from '../design.ts'
import type { RoutedCall, RoutedCollectives } from './routed-collectives.ts'
import type { Call, Segment, StageProgram } from './stage-program.ts'
import { crossings } from '../schedule.ts'

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
    for (const { links, load } of collectives.transfer(from, to).bursts)
      links.forEach((link, index) => (linkBytes[link]! += load[index]! * frame.tiedShard_B))
}

/** Bytes that one optimiser step of a design puts on every link of the network, in the order of its links. */
export function stepLinkBytes(
  design: Design,
  programs: readonly StageProgram[],
  collectives: RoutedCollectives,
  bytesOf: (from: number, to: number) => number
): Float64Array {
  const linkBytes = new Float64Array(collectives.network.bandwidth_Bps.length)
  const { microBatches, schedule } = design.frame
  const add = ({ bursts }: RoutedCall, payload_B: number): void => {
    for (const { links, load } of bursts) links.forEach((link, index) => (linkBytes[link]! += load[index]! * payload_B))
  }
  programs.forEach((program, stage) => {
    const call = (one: Call, times: number): void => add(collectives.fastest(stage, one), times * one.bytes)
    const chunks = (tasks: readonly (readonly Segment[])[]): void => {
      for (const { blocks, times } of tasks.flat())
        for (const { before, beside } of blocks)
          for (const one of [...before, ...beside]) call(one, times * microBatches)
    }
    chunks(program.forward)
    chunks(program.backward)
    program.synchronisation.forEach((one) => call(one, 1))
    if (stage === 0) return
    const times = crossings(schedule) * microBatches
    add(collectives.transfer(stage - 1, stage), times * bytesOf(stage - 1, stage))
    add(collectives.transfer(stage, stage - 1), times * bytesOf(stage, stage - 1))
  })
  const last = programs.length - 1
  if (schedule.virtualStages > 1 && last > 0) {
    const times = (crossings(schedule) - 1) * microBatches
    add(collectives.transfer(last, 0), times * bytesOf(last, 0))
    add(collectives.transfer(0, last), times * bytesOf(0, last))
  }
  addTableExchange(linkBytes, design, collectives)
  return linkBytes
}
