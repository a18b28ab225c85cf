import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { contentHash } from '../content-hash.ts'
import { dieMemory_B, dieMemoryBandwidth_Bps, diePeak_flops } from '../chip/die-resources.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { Problem } from '../problem.ts'
import { evaluate } from '../simulator/evaluate.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { evaluatedCost_s, type Goal } from './goal.ts'
import type { FoundMapping } from './mapping-search.ts'

/** A mapping with what its wafer is like. Plain JSON data. */
export interface KnownMapping {
  readonly mapping: Mapping
  readonly foundOn: WaferTraits
}

/** Logarithms of what decides whether a mapping suits a wafer; see {@link traitsOf}. */
export type WaferTraits = readonly number[]

/** A grid of another size changes which mappings are legal at all, so it counts for more than its ratio. */
const GRID_WEIGHT = 8

/** Grid, memory and its bandwidth, arithmetic and links of a wafer, on scales where equal ratios are equal distances. */
export const traitsOf = (chip: WaferChipSpec): WaferTraits => [
  GRID_WEIGHT * Math.log(chip.grid.rows),
  GRID_WEIGHT * Math.log(chip.grid.columns),
  Math.log(Math.max(1, dieMemory_B(chip))),
  Math.log(Math.max(1, dieMemoryBandwidth_Bps(chip))),
  Math.log(diePeak_flops(chip)),
  Math.log(chip.links.bandwidthPerEdge_Bps)
]

const distance = (one: WaferTraits, other: WaferTraits): number =>
  one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0)

/** Places in the pool, mappings of the nearest wafers first. */
export function nearestFirst(pool: readonly KnownMapping[], chip: WaferChipSpec): readonly number[] {
  const traits = traitsOf(chip)
  const distances = pool.map(({ foundOn }) => distance(foundOn, traits))
  return pool.map((_, place) => place).sort((a, b) => distances[a]! - distances[b]! || a - b)
}

/**
 * Mappings that are legal on a machine and fit it by closed forms, each once, cheapest first.
 * @param most how many of them
 */
export function cheapestFitting(
  workload: Workload,
  machine: Machine,
  goal: Goal,
  candidates: readonly Mapping[],
  most: number
): readonly Mapping[] {
  const distinct = [...new Map(candidates.map((mapping) => [contentHash(mapping), mapping])).values()]
  return distinct
    .flatMap((mapping) => {
      try {
        const evaluation = evaluate(workload, machine, mapping)
        return evaluation.feasible ? [{ mapping, cost_s: evaluatedCost_s(goal, evaluation) }] : []
      } catch (error) {
        if (error instanceof Problem) return []
        throw error
      }
    })
    .sort((a, b) => a.cost_s - b.cost_s)
    .slice(0, most)
    .map(({ mapping }) => mapping)
}

/** The best of some mappings on a wafer. */
export interface BestKnown {
  readonly place: number
  readonly evaluation: Evaluation
  readonly cost_s: number
}

/**
 * The cheapest of the mappings of the nearest wafers; undefined when none of them is legal and fits.
 * @param most legal mappings that are tried
 */
export function bestKnown(
  pool: readonly KnownMapping[],
  workload: Workload,
  machine: Machine,
  chip: WaferChipSpec,
  goal: Goal,
  most: number
): BestKnown | undefined {
  let best: BestKnown | undefined
  let tried = 0
  for (const place of nearestFirst(pool, chip)) {
    if (tried >= most) break
    try {
      const evaluation = evaluate(workload, machine, pool[place]!.mapping)
      tried++
      const cost_s = evaluatedCost_s(goal, evaluation)
      if (evaluation.feasible && (!best || cost_s < best.cost_s)) best = { place, evaluation, cost_s }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }
  return best
}

/** The best of mappings found on other wafers, on this one; undefined where none fits. */
export function warmStart(
  workload: Workload,
  machine: Machine,
  chip: WaferChipSpec,
  mappings: readonly Mapping[],
  goal: Goal
): FoundMapping | undefined {
  const foundOn = traitsOf(chip)
  const pool = mappings.map((mapping) => ({ mapping, foundOn }))
  const best = bestKnown(pool, workload, machine, chip, goal, Infinity)
  return (
    best && { mapping: mappings[best.place]!, cost_s: best.cost_s, iterationTime_s: best.evaluation.iterationTime_s }
  )
}
