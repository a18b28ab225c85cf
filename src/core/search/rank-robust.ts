import type { RobustSpec } from './robust-spec.ts'

/** What a wafer scores as it is meant and in its scenarios; more is better, 0 is nothing. */
export interface ScoredScenarios {
  readonly nominal: number
  readonly scenarios: readonly { readonly name: string; readonly score: number; readonly inMean: boolean }[]
}

/** Scenarios in few numbers. Without any, all are what is meant. */
export interface RobustMeasures {
  readonly worst: number
  readonly mean: number
  readonly best: number
  /** The scenario that is worst, the first of equals; undefined without any. */
  readonly worstScenario: string | undefined
}

/** The measures of a wafer: worst and best over all its scenarios, the mean over those that count for it. */
export function robustMeasures({ nominal, scenarios }: ScoredScenarios): RobustMeasures {
  if (scenarios.length === 0) return { worst: nominal, mean: nominal, best: nominal, worstScenario: undefined }
  const worst = scenarios.reduce((one, other) => (other.score < one.score ? other : one))
  const best = Math.max(...scenarios.map(({ score }) => score))
  const counted = scenarios.filter(({ inMean }) => inMean).map(({ score }) => score)
  const mean = counted.reduce((sum, score) => sum + score, 0) / counted.length
  return {
    worst: worst.score,
    // Rounding may take the mean of equal numbers past them.
    mean: Math.min(best, Math.max(worst.score, mean)),
    best,
    worstScenario: worst.name
  }
}

/**
 * Places of wafers, best first: by the worst or by the mean of their scenarios, of equal ones by the other of the two, then by what they are
 * meant to be, then by their place.
 */
export function rankRobust(wafers: readonly ScoredScenarios[], by: RobustSpec['for']): readonly number[] {
  const measured = wafers.map((wafer) => {
    const { worst, mean } = robustMeasures(wafer)
    return by === 'worst' ? [worst, mean, wafer.nominal] : [mean, worst, wafer.nominal]
  })
  const compare = (a: number, b: number): number => {
    const place = measured[a]!.findIndex((value, index) => value !== measured[b]![index])
    return place < 0 ? a - b : measured[b]![place]! - measured[a]![place]!
  }
  return wafers.map((_wafer, place) => place).sort(compare)
}
