import type { Schedule } from '../mapping/mapping.ts'
import { exposed_s } from './hidden-time.ts'
import {
  crossings,
  crossingsOfStep,
  delayedMicroBatches,
  fill_s,
  logitsInFlight,
  microBatchesInFlight
} from './schedule.ts'
import * as plan from './plan-cost.ts'

/** Totals of a stage: the columns of a plan's cost summed over its layers (largest one for BUFFER and REMATERIALIZED). */
export function addLayers(costs: Float64Array, at: number, layers: number, stage: Float64Array, to: number): void {
  for (let column = 0; column < plan.LARGEST; column++) stage[to + column]! += layers * costs[at + column]!
  for (let column = plan.LARGEST; column < plan.PLAN_COLUMNS; column++)
    if (costs[at + column]! > stage[to + column]!) stage[to + column] = costs[at + column]!
}

/** What holds for a whole step beside its stages. */
export interface StepFrame {
  readonly schedule: Schedule
  readonly microBatches: number
  readonly overlap: number
  readonly gradientOverlap: number
  readonly iterationOverhead_s: number
  /** Seconds of one transfer over each stage boundary, one micro-batch, one way. */
  readonly boundaries_s: readonly number[]
  /** Seconds of one transfer from the last stage back to the first, which interleaved chunks need; 0 for other schedules. */
  readonly wrapAround_s: number
  /** Seconds to add up the gradients of a table that first and last stage both hold. */
  readonly tiedSync_s: number
  /** Bytes of that table's gradients that a die of each end sends to the other. */
  readonly tiedShard_B: number
  /** Stage -> the stage whose dies keep what it offloads; -1 for the chip's offload memory. Left out where no stage has a helper. */
  readonly helpers?: readonly number[]
  /** Bytes times links crossed of a whole step between stages, over all dies: boundaries, wrap-around and tied table. */
  readonly linkTraffic_B: number
}

/** The backward pass takes about two thirds of a micro-batch; gradient synchronisation can hide under the last one's. */
export const BACKWARD_SHARE = 2 / 3

/** Seconds of gradient synchronisation that do not hide under the backward pass of the last micro-batch. */
export const exposedSync_s = (sync_s: number, microBatch_s: number, overlap: number): number =>
  exposed_s(sync_s, BACKWARD_SHARE * microBatch_s, overlap)

/** Seconds that a stage waits for its neighbours' transfers in each micro-batch, what hides under its own work left out. */
export const exposedTransfer_s = (frame: StepFrame, stage: number, microBatch_s: number): number => {
  const { boundaries_s, schedule } = frame
  const ends = (stage === 0 ? 1 : 0) + (stage === boundaries_s.length ? 1 : 0)
  const transfers =
    crossings(schedule) * ((boundaries_s[stage - 1] ?? 0) + (boundaries_s[stage] ?? 0)) +
    (crossings(schedule) - 1) * ends * frame.wrapAround_s
  return exposed_s(transfers, microBatch_s, frame.overlap)
}

/** Seconds of transfers while the pipeline fills and drains, once a step. */
export function fillTransfers_s({ boundaries_s, schedule }: Pick<StepFrame, 'boundaries_s' | 'schedule'>): number {
  const times = crossingsOfStep(schedule)
  let transfers = 0
  for (let boundary = 0; boundary < boundaries_s.length; boundary++) transfers += times * boundaries_s[boundary]!
  return transfers
}

/**
 * Seconds from the first to the last work of a stage, beside the fill and drain that the other stages cause: what the slowest stage has of
 * it decides the step. T = sum of fills + max over stages of (m t - fill + tail) (unequal stages; equal ones give (m + p - 1) t).
 */
export function occupied_s(
  frame: StepFrame,
  stage: number,
  microBatch_s: number,
  weightGradient_s: number,
  sync_s: number,
  optimizer_s: number
): number {
  return (
    frame.microBatches * (microBatch_s + exposedTransfer_s(frame, stage, microBatch_s)) -
    fill_s(frame.schedule, microBatch_s, weightGradient_s) +
    exposedSync_s(sync_s, microBatch_s, frame.gradientOverlap) +
    optimizer_s
  )
}

/** Bytes that a stage needs at its fullest. */
export function stagePeak_B(
  stage: Float64Array,
  at: number,
  inFlight: number,
  delayed: number,
  logits: number
): number {
  return (
    stage[at + plan.WEIGHTS_B]! +
    stage[at + plan.GRADIENTS_B]! +
    stage[at + plan.OPTIMIZER_B]! +
    inFlight * stage[at + plan.KEPT_B]! +
    logits * stage[at + plan.LOGITS_B]! +
    delayed * stage[at + plan.DELAYED_B]! +
    stage[at + plan.REMATERIALIZED_B]! +
    stage[at + plan.BUFFER_B]!
  )
}

/** Bytes per die that a stage has offloaded at its fullest. */
export const offloaded_B = (frame: StepFrame, stages: Float64Array, stage: number, count: number): number =>
  stages[stage * plan.PLAN_COLUMNS + plan.OFFLOADED_B]! *
  microBatchesInFlight(frame.schedule, stage, count, frame.microBatches)

/** Bytes per die that a stage keeps for those that it helps, when each of them is at its fullest. */
export function keptForOthers_B(frame: StepFrame, stages: Float64Array, stage: number, count: number): number {
  let bytes = 0
  if (frame.helpers)
    for (let other = 0; other < count; other++)
      if (frame.helpers[other] === stage) bytes += offloaded_B(frame, stages, other, count)
  return bytes
}

/** Slots of the result of {@link simulateStep}. */
export const TIME_S = 0
export const PEAK_B = 1
export const CRITICAL_STAGE = 2
export const PEAK_STAGE = 3
export const FILL_S = 4
export const STEP_COLUMNS = 5

/**
 * Time and peak memory of one optimiser step over stages laid out one after another in `stages`.
 * @param out receives {@link STEP_COLUMNS} numbers
 */
export function simulateStep(frame: StepFrame, stages: Float64Array, count: number, out: Float64Array): void {
  let fill = 0
  let longest = -Infinity
  let peak = -1
  for (let stage = 0; stage < count; stage++) {
    const at = stage * plan.PLAN_COLUMNS
    const time = plan.microBatch_s(stages, at)
    const weightGradient = stages[at + plan.WEIGHT_GRADIENT_S]!
    fill += fill_s(frame.schedule, time, weightGradient)
    const occupied = occupied_s(
      frame,
      stage,
      time,
      weightGradient,
      stages[at + plan.GRADIENT_SYNC_S]!,
      stages[at + plan.OPTIMIZER_S]!
    )
    if (occupied > longest) {
      longest = occupied
      out[CRITICAL_STAGE] = stage
    }
    const inFlight = microBatchesInFlight(frame.schedule, stage, count, frame.microBatches)
    const delayed = delayedMicroBatches(frame.schedule, stage, frame.microBatches)
    const bytes =
      stagePeak_B(stages, at, inFlight, delayed, logitsInFlight(frame.schedule, frame.microBatches)) +
      keptForOthers_B(frame, stages, stage, count)
    if (bytes > peak) {
      peak = bytes
      out[PEAK_STAGE] = stage
    }
  }
  out[TIME_S] = fill + longest + fillTransfers_s(frame) + frame.tiedSync_s + frame.iterationOverhead_s
  out[PEAK_B] = peak
  out[FILL_S] = fill
}
