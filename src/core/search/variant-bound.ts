import type { MappingSpace } from '../mapping/mapping-space.ts'
import { exposedTransfer_s, type StepFrame } from '../simulator/pipeline.ts'
import type { Workload } from '../workload/workload.ts'
import type { LeastLayer } from './least-layer.ts'
import type { OuterGenes } from './outer-genes.ts'
import { leastStep_s, type LeastOfLayers, type StageMemory } from './stage-limits.ts'
import * as layer from './step-choices.ts'

/** Columns of costs that bounds of a variant weigh, in this order; the last only under an energy goal. */
export const WEIGHED = [
  layer.TIME_S,
  layer.MINUS_WEIGHT_GRADIENT_S,
  layer.SYNC_S,
  layer.OPTIMIZER_S,
  layer.STATE_B,
  layer.KEPT_B,
  layer.REMATERIALIZED_B,
  layer.WORK_S
] as const

/** Weights by the name of their column; what is left out is 0. */
interface Weights {
  readonly time?: number
  readonly minusWeightGradient?: number
  readonly sync?: number
  readonly optimizer?: number
  readonly state?: number
  readonly kept?: number
  readonly again?: number
  readonly work?: number
}

/** Least weighted sum of costs of a layer whose {@link WEIGHED} columns are known. */
export const leastOf = (of: LeastLayer, weights: Weights): number =>
  of.least([
    weights.time ?? 0,
    weights.minusWeightGradient ?? 0,
    weights.sync ?? 0,
    weights.optimizer ?? 0,
    weights.state ?? 0,
    weights.kept ?? 0,
    weights.again ?? 0,
    weights.work ?? 0
  ])

/** Weight gradients in a micro-batch's time that a schedule's fill is less by. */
const WEIGHT_GRADIENTS: Readonly<Record<string, number>> = { 'zb-h1': 2, 'zb-v': 3 }

/**
 * Cost below which nothing comes with these outer genes, ZeRO level, placement and residual layout, beside transfers that fill the pipeline:
 * as the bound of a combination, with what its own replicas and its own model state cost.
 * @param layers least costs by class, {@link WEIGHED}
 */
export function variantBound_s(
  workload: Workload,
  genes: OuterGenes,
  space: MappingSpace,
  frame: StepFrame,
  layers: readonly LeastLayer[],
  memory: StageMemory
): number {
  const { schedule, microBatches } = genes
  const each = (weights: Weights): readonly number[] => layers.map((one) => leastOf(one, weights))
  const least: LeastOfLayers = {
    own_s: (price, waits) =>
      each({
        time: microBatches,
        sync: 1 - frame.gradientOverlap,
        optimizer: 1,
        kept: microBatches * price,
        again: microBatches * price * waits
      }),
    fill_s: each({ time: 1 / schedule.virtualStages, minusWeightGradient: WEIGHT_GRADIENTS[schedule.name] ?? 0 }),
    state_B: each({ state: 1 }),
    held_B: (waits) => each({ kept: 1, again: waits }),
    // What of transfers can never hide.
    waits_s: (stage) => microBatches * exposedTransfer_s(frame, stage, Infinity)
  }
  return leastStep_s(workload, genes, space, least, memory)
}
