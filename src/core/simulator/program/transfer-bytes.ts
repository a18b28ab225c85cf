import type { Design } from '../design.ts'
import { BYTES } from '../model-state.ts'

/** Bytes that one die of a stage sends to its counterpart in another per micro-batch. */
export type TransferBytes = (from: number, to: number) => number

/** Bytes of one micro-batch's residual stream that one die of a stage sends to its counterpart. */
export function transferBytesOf(design: Design): TransferBytes {
  const { workload, microBatch } = design.model.context
  const { hidden } = workload.model
  const whole = BYTES * hidden * microBatch * workload.training.sequenceLength
  const chain = design.chain ?? design.stages.flatMap((runs, stage) => runs.map((run) => ({ ...run, stage })))
  const last = design.stages.length - 1
  const boundaries = new Float64Array(Math.max(0, last))
  for (const [index, { stage, plan }] of chain.entries()) {
    const next = chain[index + 1]?.stage ?? stage
    const at = Math.min(stage, next)
    const bytes = whole / design.model.layouts.cutOf(design.plans[plan]!.residual)
    // A V crosses a boundary twice; the larger of both counts, as in the frame of the step.
    if (next !== stage) boundaries[at] = Math.max(boundaries[at]!, bytes)
  }
  return (from, to) => boundaries[Math.abs(from - to) === 1 ? Math.min(from, to) : last - 1]!
}
