import type { Random } from './random.ts'

/** exp of the mean of the logarithms; NaN for nothing. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

/**
 * exp of the weighted mean of the logarithms, 0 where a value is 0. One value is its own mean, to the last digit.
 * @param weights of the values, above 0, 1 together
 */
export function weightedGeometricMean(values: readonly number[], weights: readonly number[]): number {
  if (values.length === 1) return values[0]!
  return Math.exp(values.reduce((sum, value, at) => sum + weights[at]! * Math.log(value), 0))
}

/** The middle value, or the mean of the two in the middle; NaN for nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** The ends of an interval. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Share of resampled statistics that an interval leaves out at each end. */
const TAIL = 0.025

/**
 * The 95% percentile interval of a statistic by bootstrap (Efron & Tibshirani 1993, 13.3), groups drawn with replacement. What shares a
 * group is not independent, so it is drawn together.
 * @returns undefined for fewer than two groups, which say nothing of how much they differ
 */
export function bootstrapInterval<Item>(
  groups: readonly (readonly Item[])[],
  statistic: (items: readonly Item[]) => number,
  random: Random,
  resamples = 1000
): Interval | undefined {
  if (groups.length < 2) return undefined
  const drawn = Array.from({ length: resamples }, () =>
    statistic(Array.from(groups, () => groups[random.below(groups.length)]!).flat())
  ).sort((a, b) => a - b)
  const at = (share: number): number => drawn[Math.min(resamples - 1, Math.floor(share * resamples))]!
  return { low: at(TAIL), high: at(1 - TAIL) }
}
