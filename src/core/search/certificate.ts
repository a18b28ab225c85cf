import { stepBound } from '../simulator/bounds.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { Certificate, KeptPoint, Objective, ObjectiveBound } from './exploration.ts'
import { energyOf_J, evaluatedCost_s, goalOf, type EnergyGoal } from './goal.ts'
import type { SearchResult } from './mapping-search.ts'
import { leastWork_s } from './step-bound.ts'

/** What the best design leaves the bound by, in one word. */
function bindingOf(point: KeptPoint): string {
  const { time_s, memory_B } = point.evaluation
  if (memory_B.peak > 0.97 * memory_B.capacity && time_s.recompute > 0) return 'memory capacity (recomputation)'
  const losses = Object.entries(time_s).filter(([name]) => name !== 'compute')
  const [name, value] = losses.sort(([, a], [, b]) => b - a)[0]!
  return value > 0 ? name : 'compute'
}

/** Relative distance at which two sums of the same numbers in another order are surely different. */
const SURELY = 1e-9

/**
 * The search's bound speaks of its own space. A best design below it lies outside of that space (found by annealing or by a policy); then
 * only the bound on all mappings still says something.
 */
export function certificateOf(
  best: KeptPoint,
  search: Pick<SearchResult, 'lowerBound_s' | 'leastCost_s' | 'best'>,
  workload: Workload,
  machine: Machine,
  objective: Objective
): Certificate {
  const universal_s = stepBound(workload, machine).iterationTime_s
  const above = (space: number, universal: number, value: number): number =>
    space <= value * (1 + SURELY) ? Math.min(Math.max(space, universal), value) : universal
  const best_s = best.evaluation.iterationTime_s
  const lowerBound_s = above(search.lowerBound_s, universal_s, best_s)
  const certificate = { lowerBound_s, best_s, gap: best_s / lowerBound_s - 1, binding: bindingOf(best) }
  const goal = goalOf(objective, machine)
  if (!goal) {
    const inside_s = search.best?.iterationTime_s
    if (inside_s === undefined) return certificate
    const gap = inside_s / search.lowerBound_s - 1
    return { ...certificate, searched: { lowerBound_s: search.lowerBound_s, best_s: inside_s, gap } }
  }
  const cost_s = evaluatedCost_s(goal, best.evaluation)
  const leastCost_s = above(search.leastCost_s, universal_s + leastWork_s(workload, goal), cost_s)
  return { ...certificate, objective: objectiveBound(objective, goal, best, leastCost_s, cost_s / leastCost_s - 1) }
}

function objectiveBound(
  objective: Objective,
  goal: EnergyGoal,
  best: KeptPoint,
  leastCost_s: number,
  gap: number
): ObjectiveBound {
  const least_J = energyOf_J(goal, leastCost_s)
  const { energy_J, tokensPerSecond, iterationTime_s } = best.evaluation
  if (objective === 'energy') return { objective, bound: least_J, best: energy_J.high, unit: 'J', gap }
  const tokens = tokensPerSecond * iterationTime_s
  return { objective, bound: tokens / least_J, best: tokens / energy_J.high, unit: 'tokens/J', gap }
}
