import { optimizerTraffic_B } from '../simulator/model-state.ts'
import type { StepWork } from '../simulator/energy.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { work_s, type Goal } from './goal.ts'
import type { OuterGenes } from './outer-genes.ts'
import type { FastestLayers } from './shape-frontiers.ts'

/**
 * Seconds below which no mapping with these outer genes and this residual layout can come, whatever its plans and its stage cuts. A step
 * takes `sum of fills + m t - fill + tail` of any of its stages `i`, so `sum of the other stages' fills + m t + tail`, to which a layer on
 * `i` adds `m` times its time and any other its fill, each at its least. The slowest stage has the rounded-up share of equal layers, or takes what memory makes of
 * it; the average over all stages `i` has the fair share, and the optimiser's traffic on all dies in use.
 * @param held_s per micro-batch, below which memory lets no slowest stage come; 0 unless given
 */
export function outerBound_s(
  workload: Workload,
  machine: Machine,
  genes: OuterGenes,
  fastest: FastestLayers,
  held_s = 0
): number {
  const { chain, classes, model } = workload
  const { stages, schedule, microBatches } = genes
  // Of a V's fill nothing is known but that it is not negative.
  const leastFill_s = (index: number): number =>
    schedule.name === 'zb-v'
      ? 0
      : schedule.name === 'zb-h1'
        ? fastest.fill_s[index]!
        : fastest.time_s[index]! / schedule.virtualStages
  let [time_s, fills_s, ownLayer_s, fillShare] = [0, 0, Infinity, 0]
  for (const index of chain) {
    const [layer_s, fill_s] = [fastest.time_s[index]!, leastFill_s(index)]
    time_s += layer_s
    fills_s += fill_s
    if (layer_s > 0) fillShare = Math.max(fillShare, fill_s / layer_s)
    if (classes[index]!.hasAttention) ownLayer_s = Math.min(ownLayer_s, microBatches * layer_s - fill_s)
  }
  const dies = genes.replicas * stages * genes.shape.region.rows * genes.shape.region.columns
  const optimizer_s =
    (optimizerTraffic_B(workload.training) * workload.parameters) /
    (dies * machine.engine.memoryBandwidth_Bps * machine.engine.memoryEfficiency)
  const average_s = (Math.max(0, fills_s) * (stages - 1) + microBatches * time_s) / stages + optimizer_s
  const rounded_s = fills_s + Math.ceil(model.layers / stages) * ownLayer_s
  // Of the fills those of the slowest stage's own layers count in its time: at their least no more than this share of it.
  const slowest_s = Math.max(0, fills_s + (microBatches - fillShare) * held_s, microBatches * held_s)
  return Math.max(average_s, rounded_s, slowest_s) + machine.iterationOverhead_s
}

/** Work below which no mapping comes: the model's own products and one step of the optimiser. */
export const leastWork = (workload: Workload): StepWork => ({
  matrixFlops: workload.modelFlops,
  memoryTraffic_B: optimizerTraffic_B(workload.training) * workload.parameters,
  linkTraffic_B: 0
})

/** The same in seconds of idle power. */
export const leastWork_s = (workload: Workload, goal: Goal): number => work_s(goal, leastWork(workload))

/** The same for one shape and residual layout: the least work of every layer, with the optimiser's. */
export const outerWork_s = (workload: Workload, goal: Goal, fastest: FastestLayers): number =>
  workload.chain.reduce((sum, index) => sum + fastest.work_s[index]!, 0) +
  work_s(goal, {
    matrixFlops: 0,
    memoryTraffic_B: optimizerTraffic_B(workload.training) * workload.parameters,
    linkTraffic_B: 0
  })
