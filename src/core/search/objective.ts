import { weightedGeometricMean } from '../optimization/statistics.ts'
import type { KeptPoint, Objective } from './exploration.ts'

/** What objectives look at. */
export interface Scored {
  readonly evaluation: {
    readonly tokensPerSecond: number
    readonly energy_J: { readonly high: number }
    readonly power_W: { readonly high: number }
  }
  readonly cost_usd: number | undefined
}

/** What an objective makes of a design: more is better. Power and energy count with their upper ends. */
const scores: Readonly<Record<Objective, (point: Scored) => number>> = {
  throughput: ({ evaluation }) => evaluation.tokensPerSecond,
  energy: ({ evaluation }) => -evaluation.energy_J.high,
  'throughput-per-watt': ({ evaluation }) => evaluation.tokensPerSecond / evaluation.power_W.high,
  'throughput-per-cost': ({ evaluation, cost_usd }) => evaluation.tokensPerSecond / (cost_usd ?? Number.NaN)
}

/** What an objective makes of one design; more is better. */
export const scoreOf = (objective: Objective, point: Scored): number => scores[objective](point)

/**
 * What an objective makes of several workloads on one wafer: the weighted geometric mean of their scores, of energies with its sign turned.
 * More is better. Of one workload it is that one's score.
 */
export function jointScore(objective: Objective, points: readonly Scored[], weights: readonly number[]): number {
  const sign = objective === 'energy' ? -1 : 1
  return (
    sign *
    weightedGeometricMean(
      points.map((point) => sign * scores[objective](point)),
      weights
    )
  )
}

/** The better of two designs by an objective; of equals, or where the objective says nothing, the faster one. */
export function betterBy(objective: Objective): (best: KeptPoint | undefined, point: KeptPoint) => KeptPoint {
  const score = scores[objective]
  return (best, point) => {
    if (!best) return point
    const difference = score(point) - score(best)
    if (difference > 0) return point
    if (difference < 0) return best
    return point.evaluation.tokensPerSecond > best.evaluation.tokensPerSecond ? point : best
  }
}

/** Designs, best first by an objective. */
export const rankedBy = (points: readonly KeptPoint[], objective: Objective): KeptPoint[] =>
  [...points].sort((a, b) => scores[objective](b) - scores[objective](a))
