import type { Schedule } from '../mapping/mapping.ts'
import { chunksOf } from '../mapping/schedule-fit.ts'

/**
 * Micro-batches whose activations stage `stage` of `stages` holds at its fullest; fractional for interleaved stages, which hold
 * chunks. GPipe holds all; 1F1B min(m, p - i) (2104.04473 section 2.2);
 * ZB-V holds p on every stage, 2p chunks of half a stage (2401.10241 section 6);
 * ZB-H1 as many as 1F1B's first stage on every stage, because delayed weight gradients keep their inputs (2401.10241); interleaving holds
 * (2(p - i - 1) + (v - 1) p + 1)/v, at stage 0 the p (1 + (p-1)/(p v)) of 2205.05198 section 4.2.3.
 */
export function microBatchesInFlight(schedule: Schedule, stage: number, stages: number, microBatches: number): number {
  if (schedule.name === 'gpipe') return microBatches
  if (splitsBackward(schedule)) return Math.min(microBatches, stages)
  const v = schedule.virtualStages
  if (schedule.name === 'interleaved' && v > 1)
    return Math.min(microBatches, (2 * (stages - stage - 1) + (v - 1) * stages + 1) / v)
  return Math.min(microBatches, stages - stage)
}

/**
 * Seconds that the other stages spend on one micro-batch before or after a stage can be busy: the pipeline's fill and drain. A whole
 * pass for GPipe and 1F1B, one chunk's for interleaving, and F + B - W for ZB-H1, whose weight gradients fill the drain (2401.10241).
 * For ZB-V it is B - W of the longest-running stage, from its first to its last task; taking F for W, which is at most F, gives t - 3 W.
 */
export function fill_s(schedule: Schedule, microBatch_s: number, weightGradient_s: number): number {
  if (schedule.name === 'zb-h1') return Math.max(0, microBatch_s - 2 * weightGradient_s)
  if (schedule.name === 'zb-v') return Math.max(0, microBatch_s - 3 * weightGradient_s)
  return microBatch_s / schedule.virtualStages
}

/** Whether a schedule gives input and weight gradients tasks of their own. */
export const splitsBackward = ({ name }: Schedule): boolean => name === 'zb-h1' || name === 'zb-v'

/** Times each stage boundary is crossed per micro-batch and direction. */
export const crossings = (schedule: Schedule): number => chunksOf(schedule)

/**
 * Times each stage boundary is crossed before the pipeline is full and after it begins to empty: by the first micro-batch in and by the
 * last one out; those of a V cross it on both arms.
 */
export const crossingsOfStep = ({ name }: Schedule): number => (name === 'zb-v' ? 4 : 2)

/** Micro-batches whose fp32 logits the last stage holds: GPipe's backward passes begin after all forward passes, others' at once. */
export const logitsInFlight = (schedule: Schedule, microBatches: number): number =>
  schedule.name === 'gpipe' ? microBatches : 1

/**
 * Micro-batches whose recomputed tensors a stage holds beside those of the layer at work: under ZB-H1, and in the drain of ZB-V, the weight
 * gradients of up to `stage` micro-batches wait, with what they need.
 */
export const delayedMicroBatches = (schedule: Schedule, stage: number, microBatches: number): number =>
  splitsBackward(schedule) ? Math.min(microBatches, stage) : 0
