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
const PRICES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.7, 1.2, 3]

/** Times a bound is improved by prices that suit the one before. */
const ROUNDS = 4

/** Bytes of model state per parameter and die of a region that cuts every weight: what ZeRO shares is there once among the replicas. */
function leastState_B({ training }: Workload, { zeroStages = [3] }: MappingSpace, replicas: number): number {
  const level = Math.max(...zeroStages)
  const shared = (bytes: number, from: number): number => (level >= from ? bytes / replicas : bytes)
  return shared(BYTES, 3) + shared(gradientBytes(training), 2) + shared(ADAM_BYTES, 1)
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
  const { stages, schedule, microBatches, replicas, shape } = genes
  const dies = shape.region.rows * shape.region.columns
  const perParameter_B = leastState_B(workload, space, replicas) / dies
  const parameters = parametersOf(workload)
  const count = classes.map((_layer, index) => chain.filter((other) => other === index).length)
  const overChain = (perLayer: readonly number[]): number =>
    count.reduce((sum, layers, index) => sum + layers * perLayer[index]!, 0)
  const state_B = parameters.map((number) => perParameter_B * number)
  const inFlight = Array.from({ length: stages }, (_, stage) =>
    microBatchesInFlight(schedule, stage, stages, microBatches)
  )
  const whole_s = overChain(fastest.time_s)
  const [allState_B, allKept_B] = [overChain(state_B), overChain(fastest.kept_B)]
  if (inFlight.every((held) => allState_B + held * allKept_B <= stages * machine.capacity_B)) return 0

  const prices = PRICES.map((share) => (share * whole_s) / allKept_B)
  const priced_s = prices.map((price) => fastest.priced_s(price))
  let bound_s = whole_s / stages
  for (let round = 0; round < ROUNDS; round++) {
    let weights = 0
    let memory_s = 0
    const least = classes.map(() => Infinity)
    for (const held of inFlight) {
      const ways = [
        { perLayer: fastest.time_s, room_s: 0 },
        ...prices.map((price, index) => ({
          perLayer: priced_s[index]!.map((time_s, layer) => time_s + (price / held) * state_B[layer]!),
          room_s: (price / held) * machine.capacity_B
        }))
      ].map((way) => ({ ...way, chain_s: overChain(way.perLayer) }))
      const tightest = ways.reduce((best, way) =>
        way.chain_s * (bound_s + best.room_s) > best.chain_s * (bound_s + way.room_s) ? way : best
      )
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

/** Parameters of one layer of each class. */
const parametersOf = ({ classes }: Workload): readonly number[] =>
  classes.map(({ steps }) =>
    steps.reduce(
      (sum, { main, before, after }) =>
        sum + [main, ...before, ...after].reduce((inner, operator) => inner + operator.parameters, 0),
      0
    )
  )
