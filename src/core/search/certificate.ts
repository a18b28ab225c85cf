import type { Mapping } from '../mapping/mapping.ts'
import type { PlanCode } from '../mapping/plan-code.ts'
import { stepBound } from '../simulator/bounds.ts'
import { designOf } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { Certificate, Freedom, KeptPoint, Objective, ObjectiveBound } from './exploration.ts'
import { energyOf_J, evaluatedCost_s, goalOf, type EnergyGoal } from './goal.ts'
import type { SearchResult } from './mapping-search.ts'
import { leastWork_s } from './step-bound.ts'
import { roleOptions } from './step-choices.ts'

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

/** What certificates ask of a search. */
type Proved = Pick<SearchResult, 'lowerBound_s' | 'leastCost_s' | 'anywhere' | 'best'>

/** What is proved of mappings whose regions lie anywhere, as where the space lays them some cannot be used. */
export const wherever = ({ anywhere, best }: Proved): Proved => ({
  lowerBound_s: anywhere.time_s,
  leastCost_s: anywhere.cost_s,
  anywhere,
  best
})

/** What a mapping is free in that the space it was searched from is not. */
function freedomOf(workload: Workload, machine: Machine, mapping: Mapping): Freedom {
  const { model, plans } = designOf(workload, machine, mapping)
  const isOption = ({ layerClass, roles }: PlanCode): boolean =>
    roles.every((role, index) =>
      roleOptions(model, workload.classes[layerClass]!.steps[index]!.main, { streamed: true }).includes(role)
    )
  if (!plans.every(isOption)) return 'everything'
  return plans.some(({ offload }) => offload?.some((tensors) => tensors > 0)) ? 'offloading' : 'places'
}

/**
 * The search's bound speaks of its own space. A best design below it lies outside of that space (found by annealing or by a policy); then
 * the bound of its combinations still says something where only regions lie elsewhere or tensors are offloaded, and the bound on all mappings
 * in any case.
 */
export function certificateOf(
  best: KeptPoint,
  search: Proved,
  workload: Workload,
  machine: Machine,
  objective: Objective
): Certificate {
  const universal_s = stepBound(workload, machine).iterationTime_s
  const best_s = best.evaluation.iterationTime_s
  const isBelow = (value: number, bound: number): boolean => bound > value * (1 + SURELY)
  const goal = goalOf(objective, machine)
  const cost_s = goal ? evaluatedCost_s(goal, best.evaluation) : best_s
  const beyond =
    isBelow(best_s, search.lowerBound_s) || isBelow(cost_s, search.leastCost_s)
      ? freedomOf(workload, machine, best.mapping)
      : undefined
  const { anywhere } = search
  const [wider_s, widerCost_s] =
    beyond === 'places'
      ? [anywhere.time_s, anywhere.cost_s]
      : beyond === 'offloading'
        ? [anywhere.offloading_s, anywhere.offloading_s]
        : [0, 0]
  const above = (value: number, universal: number, ...bounds: readonly number[]): number =>
    Math.min(value, Math.max(universal, bounds.find((bound) => !isBelow(value, bound)) ?? 0))
  const lowerBound_s = above(best_s, universal_s, search.lowerBound_s, wider_s)
  const certificate = { lowerBound_s, best_s, gap: best_s / lowerBound_s - 1, binding: bindingOf(best) }
  if (!goal) {
    const inside_s = search.best?.iterationTime_s
    if (inside_s === undefined) return certificate
    const gap = inside_s / search.lowerBound_s - 1
    return {
      ...certificate,
      searched: { lowerBound_s: search.lowerBound_s, best_s: inside_s, gap, ...(beyond && { beyond }) }
    }
  }
  const leastCost_s = above(cost_s, universal_s + leastWork_s(workload, goal), search.leastCost_s, widerCost_s)
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
