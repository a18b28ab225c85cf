import type { Projection } from '../optimization/label-set.ts'
import { BACKWARD_SHARE, type StepFrame } from '../simulator/pipeline.ts'
import { crossings } from '../simulator/schedule.ts'
import * as layer from './step-choices.ts'

/** A stage of a combination whose schedule, micro-batches and neighbours are known. */
export interface KnownStage {
  readonly frame: StepFrame
  readonly stage: number
  /** Micro-batches in flight, and those whose weight gradients wait. */
  readonly inFlight: number
  readonly delayed: number
  /** Least seconds of a micro-batch on it. */
  readonly least_s: number
  /** Whether labels tell their work, too. */
  readonly countsWork: boolean
}

/** Part of a micro-batch's time, less weight gradients, that a pipeline fills with: `time - factor x weight gradients`. */
const WEIGHT_GRADIENTS_IN_FILL: Readonly<Record<string, number>> = { 'zb-h1': 2, 'zb-v': 3 }

/** Whether transfers always hide as far as the overlap lets them, so that a shorter micro-batch shortens the stage by as much. */
function hidesTransfers({ frame, stage, least_s }: KnownStage): boolean {
  const { boundaries_s, wrapAround_s, schedule, overlap } = frame
  const transfers_s =
    crossings(schedule) * ((boundaries_s[stage - 1] ?? 0) + (boundaries_s[stage] ?? 0) + 2 * wrapAround_s)
  return overlap * transfers_s <= least_s
}

/**
 * When one plan of a layer can take the place of another on a stage that is known: in every layer that has the other, the step takes no
 * longer and the stage fits its memory. Of a step's time `sum of fills + longest stage`, a plan decides its part of the fill, and of
 * fill and stage together `m time + optimiser` with what of the synchronisation does not hide: the larger of `(1 - g) sync` and
 * `sync - 2/3 time` over the stage. Memory is one sum, as micro-batches in flight are known; with and without the largest buffer and what is
 * made again, as {@link layer.layerFrontier} has it. Few labels beat none of the others in these, so frontiers stay exact.
 */
export function stageProjection(known: KnownStage): Projection {
  const { frame, inFlight, delayed, countsWork } = known
  const { microBatches, gradientOverlap, schedule } = frame
  const factor = WEIGHT_GRADIENTS_IN_FILL[schedule.name] ?? 0
  // Where transfers are all there is to wait for, time and what comes once a step count each by itself.
  const hides = hidesTransfers(known)
  return {
    size: (hides ? 7 : 10) + (countsWork ? 1 : 0),
    project(costs, into) {
      const time_s = costs[layer.TIME_S]!
      const sync_s = costs[layer.SYNC_S]!
      const optimizer_s = costs[layer.OPTIMIZER_S]!
      const again_B = costs[layer.REMATERIALIZED_B]!
      const buffer_B = costs[layer.BUFFER_B]!
      const held_B = costs[layer.STATE_B]! + inFlight * costs[layer.KEPT_B]! + delayed * again_B
      into[0] = time_s + factor * costs[layer.MINUS_WEIGHT_GRADIENT_S]!
      into[1] = microBatches * time_s + optimizer_s + (1 - gradientOverlap) * sync_s
      into[2] = (microBatches - BACKWARD_SHARE) * time_s + optimizer_s + sync_s
      into[3] = held_B
      into[4] = held_B + buffer_B
      into[5] = held_B + again_B
      into[6] = held_B + again_B + buffer_B
      if (!hides) {
        into[7] = time_s
        into[8] = sync_s
        into[9] = optimizer_s
      }
      if (countsWork) into[hides ? 7 : 10] = costs[layer.WORK_S]!
    }
  }
}
