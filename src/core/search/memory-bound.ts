import type { MappingSpace } from '../mapping/mapping-space.ts'
import type { Machine } from '../simulator/machine.ts'
import { ADAM_BYTES, BYTES, gradientBytes } from '../simulator/model-state.ts'
import { microBatchesInFlight } from '../simulator/schedule.ts'
import type { Workload } from '../workload/workload.ts'
import type { OuterGenes } from './outer-genes.ts'
import type { FastestLayers } from './shape-frontiers.ts'

/**
 * Prices of a byte kept, in seconds per byte over what the fastest plan takes per byte that it keeps. Making everything again costs about a
 * third of a layer's time, a part of it less or more per byte; any price gives a bound, these a good one.
 */
const PRICES = [0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.7, 1.2, 3]

/** Where the search for a stage's price begins. */
const FIRST_PRICE = 4

/** Times a bound is improved by prices that suit the one before. */
const ROUNDS = 4

/** What a price makes of the layers of a stage: the left side of the bound by class and for the whole chain, and what it adds on the right. */
interface Way {
  readonly perLayer: readonly number[]
  readonly chain_s: number
  readonly room_s: number
}

/**
 * Least bytes of model state that a die has of one layer of each class: every weight is cut over the whole region, experts over their
 * replicas, too, and what ZeRO shares is there once among the replicas of a weight.
 */
function leastState_B(
  { classes, training }: Workload,
  { zeroStages = [3] }: MappingSpace,
  { replicas, expertParallel, shape: { region } }: OuterGenes
): readonly number[] {
  const level = Math.max(...zeroStages)
  const perParameter_B = (copies: number): number => {
    const shared = (bytes: number, from: number): number => (level >= from ? bytes / copies : bytes)
    return shared(BYTES, 3) + shared(gradientBytes(training), 2) + shared(ADAM_BYTES, 1)
  }
  const dies = region.rows * region.columns
  const dense_B = perParameter_B(replicas) / dies
  const expert_B = perParameter_B(replicas / expertParallel) / (dies * expertParallel)
  return classes.map(({ steps }) =>
    steps
      .flatMap(({ main, before, after }) => [main, ...before, ...after])
      .reduce((sum, { experts, parameters }) => sum + parameters * (experts ? expert_B : dense_B), 0)
  )
}

/**
 * Seconds per micro-batch below which the slowest stage cannot be because every stage must hold its layers: model state, and what it keeps
 * of every micro-batch in flight. A Lagrangian bound: stage `i` of `f` micro-batches in flight, slower than none by `t`, has
 * `sum of (time + price x (state/f + kept)) <= t + price x capacity/f` over its layers; each stage at the price that binds it most, weighted so that the
 * layers of the chain count alike wherever they lie. 0 where the fastest plans fit.
 */
export function slowestStage_s(
  workload: Workload,
  machine: Machine,
  genes: OuterGenes,
  fastest: FastestLayers,
  space: MappingSpace
): number {
  const { chain, classes } = workload
  const { stages, schedule, microBatches } = genes
  const count = classes.map((_layer, index) => chain.filter((other) => other === index).length)
  const overChain = (perLayer: readonly number[]): number =>
    count.reduce((sum, layers, index) => sum + layers * perLayer[index]!, 0)
  const state_B = leastState_B(workload, space, genes)
  const inFlight = Array.from({ length: stages }, (_, stage) =>
    microBatchesInFlight(schedule, stage, stages, microBatches)
  )
  const whole_s = overChain(fastest.time_s)
  const [allState_B, allKept_B] = [overChain(state_B), overChain(fastest.kept_B)]
  if (inFlight.every((held) => allState_B + held * allKept_B <= stages * machine.capacity_B)) return 0

  const wayAt = (held: number, step: number): Way => {
    const price = (PRICES[step]! * whole_s) / allKept_B
    const perLayer = fastest.priced_s(price).map((time_s, layer) => time_s + (price / held) * state_B[layer]!)
    return { perLayer, chain_s: overChain(perLayer), room_s: (price / held) * machine.capacity_B }
  }
  let bound_s = whole_s / stages
  let step = FIRST_PRICE
  for (let round = 0; round < ROUNDS; round++) {
    const binds = ({ chain_s, room_s }: Way): number => chain_s / (bound_s + room_s)
    let weights = 0
    let memory_s = 0
    const least = classes.map(() => Infinity)
    for (const held of inFlight) {
      // Up to the price that binds most and then less and less: uphill from where the stage before ended.
      let tightest = wayAt(held, step)
      for (const direction of [1, -1])
        for (let next = step + direction; next >= 0 && next < PRICES.length; next += direction) {
          const way = wayAt(held, next)
          if (binds(way) <= binds(tightest)) break
          tightest = way
          step = next
        }
      weights += 1 / tightest.chain_s
      memory_s += tightest.room_s / tightest.chain_s
      for (const [layer, time_s] of tightest.perLayer.entries())
        least[layer] = Math.min(least[layer]!, time_s / tightest.chain_s)
    }
    const next_s = (overChain(least) - memory_s) / weights
    if (next_s <= bound_s) break
    bound_s = next_s
  }
  return bound_s
}
