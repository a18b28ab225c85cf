import { splitsBackward } from '../simulator/schedule.ts'
import { optimizerTraffic_B } from '../simulator/model-state.ts'
import type { StepWork } from '../simulator/energy.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { work_s, type Goal } from './goal.ts'
import type { OuterGenes } from './outer-genes.ts'
import type { FastestLayers } from './shape-frontiers.ts'

/**
 * Seconds below which no mapping with these outer genes and this residual layout can come, whatever its plans and its stage cuts:
 * T = sum of fills + max (m t - fill + tail) with t and fill replaced by their least values, the slowest stage by the fair share (or, for
 * equal layers, the rounded-up one), the tail by the optimiser's traffic on all dies in use.
 * @param held_s per micro-batch, below which memory lets no slowest stage come; 0 unless given
 */
export function outerBound_s(
  workload: Workload,
  machine: Machine,
  genes: OuterGenes,
  fastest: FastestLayers,
  held_s = 0
): number {
  const { chain } = workload
  const { stages, schedule, microBatches } = genes
  const chunks = schedule.virtualStages
  // Of a V's fill nothing is known but that it is not negative.
  const leastFill = (index: number): number =>
    schedule.name === 'zb-v' ? 0 : schedule.name === 'zb-h1' ? fastest.fill_s[index]! : fastest.time_s[index]! / chunks
  let total = 0
  let fill = 0
  let layer = Infinity
  for (const index of chain) {
    total += fastest.time_s[index]!
    fill += leastFill(index)
    if (workload.classes[index]!.hasAttention) layer = Math.min(layer, fastest.time_s[index]!)
  }
  const share = total / stages
  const rounded = Math.ceil(workload.model.layers / stages) * layer
  const dies = genes.replicas * stages * genes.shape.region.rows * genes.shape.region.columns
  const optimizer_s =
    (optimizerTraffic_B(workload.training) * workload.parameters) /
    (dies * machine.engine.memoryBandwidth_Bps * machine.engine.memoryEfficiency)
  // A zero-bubble stage's own fill is at most its whole time.
  const own = splitsBackward(schedule) ? 1 : 1 / chunks
  // The slowest stage takes at least the average of (m - own) t + optimiser, and at least its rounded-up layers or what it must make again.
  const after = (times: number): number => Math.max(times * share + optimizer_s, times * Math.max(rounded, held_s))
  return Math.max(Math.max(0, fill) + after(microBatches - own), after(microBatches)) + machine.iterationOverhead_s
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
