import { contentHash } from '../content-hash.ts'
import { weightedGeometricMean } from '../optimization/statistics.ts'
import type { KeptPoint, Objective } from './exploration.ts'
import { jointScore } from './objective.ts'

/** One wafer with a mapping for every workload, in the order of the workloads. */
export type WaferDesign = readonly KeptPoint[]

/**
 * What fronts of designs are judged by, smaller is better: the weighted geometric mean of tokens/s, the upper end of power and the peak memory
 * of a die of whichever workload needs most, and cost.
 * @param weights of the workloads, 1 together
 */
export const designCoordinates =
  (weights: readonly number[]) =>
  (design: WaferDesign): readonly number[] => [
    -weightedGeometricMean(
      design.map(({ evaluation }) => evaluation.tokensPerSecond),
      weights
    ),
    Math.max(...design.map(({ evaluation }) => evaluation.power_W.high)),
    design[0]!.cost_usd!,
    Math.max(...design.map(({ evaluation }) => evaluation.memory_B.peak))
  ]

/** What a design is called among others: by its genes, the given chip by its name. */
export const designLabel = ([point]: WaferDesign): string =>
  point!.source === 'search' ? point!.chip.name : point!.label

/** Of every chip the first design. */
export const oneOfEachChip = (designs: readonly WaferDesign[]): readonly WaferDesign[] =>
  [...new Map(designs.toReversed().map((design) => [contentHash(design[0]!.chip), design])).values()].toSorted(
    (a, b) => designs.indexOf(a) - designs.indexOf(b)
  )

/** Designs, best first by an objective over all workloads. */
export const rankedDesigns = (
  designs: readonly WaferDesign[],
  objective: Objective,
  weights: readonly number[]
): WaferDesign[] => {
  const scores = new Map(designs.map((design) => [design, jointScore(objective, design, weights)]))
  return [...designs].sort((a, b) => scores.get(b)! - scores.get(a)!)
}
