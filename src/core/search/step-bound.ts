import { optimizerTraffic_B } from '../simulator/model-state.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'
import type { StepWork } from '../simulator/energy.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { work_s, type Goal } from './goal.ts'
import { leastOptimizer_s, leastState_B } from './least-state.ts'
import type { OuterGenes } from './outer-genes.ts'
import type { FastestLayers } from './shape-frontiers.ts'
import { leastStep_s, type LeastOfLayers, type StageMemory } from './stage-limits.ts'

/**
 * Prices of a byte kept, in seconds per byte over what a layer takes per byte that it stores. Making everything again costs about a third of
 * a layer's time, a part of it less or more per byte; any price gives a bound, these a good one.
 */
const PRICES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.7, 1.2, 3]

/**
 * Seconds below which no mapping with these outer genes and this residual layout can come, whatever its plans and its stage cuts.
 * @param knowsMemory every stage must hold its layers, too; takes longer to tell
 * @returns Infinity where nothing fits the memory
 */
export function outerBound_s(
  workload: Workload,
  machine: Machine,
  genes: OuterGenes,
  fastest: FastestLayers,
  space: MappingSpace,
  knowsMemory = false
): number {
  const { schedule, microBatches, shape } = genes
  const optimizer_s = leastOptimizer_s(workload, machine, genes)
  const least: LeastOfLayers = {
    own_s: (price, waits) =>
      fastest.priced_s(price, waits).map((time_s, kind) => microBatches * time_s + optimizer_s[kind]!),
    // Of a V's fill nothing is known but that it is not negative.
    fill_s:
      schedule.name === 'zb-v'
        ? fastest.fill_s.map(() => 0)
        : schedule.name === 'zb-h1'
          ? fastest.fill_s
          : fastest.time_s.map((time_s) => time_s / schedule.virtualStages),
    state_B: leastState_B(workload, space, genes),
    held_B: fastest.held_B
  }
  const memory = knowsMemory ? stageMemory(workload, machine, shape, fastest.time_s) : undefined
  return leastStep_s(workload, genes, space, least, memory) + machine.iterationOverhead_s
}

/**
 * Memory of a die with prices in {@link PRICES} of the seconds of the chain's layers over the bytes that they store of a micro-batch, were all
 * cut over the region.
 * @param time_s least seconds of a micro-batch, by class
 */
export function stageMemory(
  { chain, classes, training }: Workload,
  { capacity_B }: Machine,
  { region, microBatch }: OuterGenes['shape'],
  time_s: readonly number[]
): StageMemory {
  const tokens = microBatch * training.sequenceLength
  let [seconds, bytes] = [0, 0]
  for (const kind of chain) {
    seconds += time_s[kind]!
    for (const { stored } of classes[kind]!.steps) for (const tensor of stored) bytes += tokens * tensor.bytes
  }
  const scale_sPerB = (seconds * region.rows * region.columns) / bytes
  return { capacity_B, prices_sPerB: PRICES.map((price) => price * scale_sPerB) }
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
