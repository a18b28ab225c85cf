import type { MappingSpace } from '../mapping/mapping-space.ts'
import { chunksOf } from '../mapping/schedule-fit.ts'
import { leastBottleneck, neededFor, type StageLimit } from '../optimization/least-bottleneck.ts'
import { delayedMicroBatches, microBatchesInFlight } from '../simulator/schedule.ts'
import type { Workload } from '../workload/workload.ts'
import type { OuterGenes } from './outer-genes.ts'
import { stageRuns } from './solution.ts'

/** The least that any plan of a layer has, by class. */
export interface LeastOfLayers {
  /**
   * Seconds that it adds to `m t + tail` of its stage, where every byte that it keeps of a micro-batch costs `m` times a price, and every byte
   * that it makes again `waits` times as much.
   */
  readonly own_s: (keptPrice_sPerB: number, waits: number) => readonly number[]
  /** Seconds that it adds to the pipeline's fill. */
  readonly fill_s: readonly number[]
  readonly state_B: readonly number[]
  /** Bytes that it keeps of a micro-batch, with `waits` times those that it makes again. */
  readonly held_B: (waits: number) => readonly number[]
  /** Seconds that a stage waits in any case. */
  readonly waits_s?: (stage: number) => number
}

/** Memory of a die, and prices of a byte that is kept of a micro-batch at which it may bind. */
export interface StageMemory {
  readonly capacity_B: number
  readonly prices_sPerB: readonly number[]
}

/** Shares of the micro-batches in flight whose weight gradients wait are rounded down to so many parts, so that few are asked for. */
const WAITING_PARTS = 4

/**
 * What stage `i` of a step that takes `limit` beside the least fills of all layers must respect, whatever its plans: `m t + tail` less its layers' least
 * fills is at most the limit, and with `f` micro-batches in flight, of which `w f` wait, `state + f (kept + w again)` fits. For any price `u` of a byte
 * therefore, as one sum over its layers of which each is at its least, `m t + tail + m u (state/f + kept + w again) - fill <= limit + m u capacity/f`:
 * Lagrangian relaxations of the knapsack of recomputation.
 */
function limitsOf(
  { schedule, stages, microBatches }: OuterGenes,
  stage: number,
  { own_s, fill_s, state_B, held_B, waits_s }: LeastOfLayers,
  memory: StageMemory | undefined
): readonly StageLimit[] {
  const waiting_s = waits_s?.(stage) ?? 0
  const time: StageLimit = { costs: own_s(0, 0).map((cost_s, kind) => cost_s - fill_s[kind]!), room: -waiting_s }
  if (!memory) return [time]
  const { capacity_B, prices_sPerB } = memory
  const inFlight = microBatchesInFlight(schedule, stage, stages, microBatches)
  const waiting = delayedMicroBatches(schedule, stage, microBatches)
  const waits = Math.floor((WAITING_PARTS * waiting) / inFlight) / WAITING_PARTS
  const bytes = held_B(waits).map((held, kind) => state_B[kind]! + inFlight * held)
  const priced = prices_sPerB.map((price): StageLimit => {
    const perByte_s = (microBatches * price) / inFlight
    const costs = own_s(price, waits).map((cost_s, kind) => cost_s - fill_s[kind]! + perByte_s * state_B[kind]!)
    return { costs, room: perByte_s * capacity_B - waiting_s }
  })
  return [time, { costs: bytes, room: capacity_B, isAbsolute: true }, ...priced]
}

/**
 * Seconds below which no step with these outer genes can come, beside what comes once whatever the plans. A step takes
 * `sum of fills + m t - fill + tail` of any of its stages, so `sum of the other stages' fills + m t + tail`, to which a layer of that stage adds its own
 * and any other its fill, each at its least. Stages are cut from the chain so that the longest is shortest.
 * @returns Infinity where no cut fits the memory
 */
export function leastStep_s(
  workload: Workload,
  genes: OuterGenes,
  space: MappingSpace,
  least: LeastOfLayers,
  memory?: StageMemory
): number {
  const { chain, model } = workload
  const { stages, schedule } = genes
  // A stage's fill is never negative, though the sum of its layers' least fills may be: then nothing is made of them.
  const known = least.fill_s.some((fill_s) => fill_s < 0) ? { ...least, fill_s: least.fill_s.map(() => 0) } : least
  const overChain = (perLayer: readonly number[]): number => chain.reduce((sum, kind) => sum + perLayer[kind]!, 0)
  const limits = Array.from({ length: stages }, (_, stage) => limitsOf(genes, stage, known, memory))
  const fills_s = overChain(known.fill_s)
  if (chunksOf(schedule) > 1 || space.equalStages) {
    const share = Math.floor(model.layers / stages)
    const longest_s = limits.reduce((longest, own, stage) => {
      const runs = stageRuns(workload, genes, stage, stage * share, (stage + 1) * share)
      const kinds = runs.flatMap(({ layerClass, layers }) => Array.from({ length: layers }, () => layerClass))
      return Math.max(longest, neededFor(kinds, own, []))
    }, 0)
    return fills_s + longest_s
  }
  // The first stage has the embedding beside layers, the last the head.
  const elements = chain.slice(1, -1).map((kind) => [kind])
  elements[0]!.unshift(chain[0]!)
  elements.at(-1)!.push(chain.at(-1)!)
  const average_s = overChain(limits[0]![0]!.costs) / stages
  return fills_s + leastBottleneck(elements, limits, average_s)
}
