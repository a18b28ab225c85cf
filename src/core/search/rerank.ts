import { contentHash } from '../content-hash.ts'
import { evaluateAt, networkOf } from '../simulator/evaluate-level.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { KeptPoint, Objective, SharedLinks } from './exploration.ts'
import { betterBy, rankedBy } from './objective.ts'

/** Finalists that are looked at more closely, best first; the rest is too far behind to be worth it. */
const MOST_FINALISTS = 24

export interface Reranked {
  readonly best: KeptPoint
  readonly sharedLinks: SharedLinks
}

const distinct = (points: readonly KeptPoint[]): readonly KeptPoint[] => [
  ...new Map(points.map((point) => [contentHash(point.mapping), point])).values()
]

/**
 * Ranks the finalists of a search anew with their transfers sharing the links (the fluid level). The best of them is chosen among those that
 * no policy beats by closed forms, so that both levels agree that no policy is better where one of ours is. The chosen point keeps its
 * analytic evaluation, which the certificate speaks of.
 * @param finalists by the objective no worse than the best policy; not empty
 */
export function rerank(
  finalists: readonly KeptPoint[],
  workload: Workload,
  machine: Machine,
  objective: Objective
): Reranked {
  const ranked = rankedBy(distinct(finalists), objective).slice(0, MOST_FINALISTS)
  const network = networkOf(machine.chip)
  const closer = ranked.map((point) => ({
    ...point,
    evaluation: evaluateAt('fluid', workload, machine, point.mapping, { network })
  }))
  const feasible = closer.filter(({ evaluation }) => evaluation.feasible)
  const winner = feasible.reduce<KeptPoint | undefined>(betterBy(objective), undefined) ?? closer[0]!
  const order = rankedBy(closer, objective).map(({ mapping }) => mapping)
  const best = ranked[closer.indexOf(winner)]!
  return {
    best,
    sharedLinks: {
      level: 'fluid',
      finalists: ranked.length,
      orderChanged: order.some((mapping, place) => mapping !== ranked[place]!.mapping),
      winnerChanged: best !== ranked[0],
      iterationTime_s: winner.evaluation.iterationTime_s,
      firstIterationTime_s: closer[0]!.evaluation.iterationTime_s
    }
  }
}
