import type { KeptPoint, Objective } from './exploration.ts'

/** What an objective makes of a design: more is better. Power and energy count with their upper ends. */
const scores: Readonly<Record<Objective, (point: KeptPoint) => number>> = {
  throughput: ({ evaluation }) => evaluation.tokensPerSecond,
  energy: ({ evaluation }) => -evaluation.energy_J.high,
  'throughput-per-watt': ({ evaluation }) => evaluation.tokensPerSecond / evaluation.power_W.high,
  'throughput-per-cost': ({ evaluation, cost_usd }) => evaluation.tokensPerSecond / (cost_usd ?? Number.NaN)
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
