import type { Mapping } from '../mapping/mapping.ts'
import { PlanCodes } from '../mapping/plan-codes.ts'
import { regionAxes, regionDies } from '../mapping/region.ts'
import { anneal } from '../optimization/annealing.ts'
import { randomStream, type Random } from '../optimization/random.ts'
import { Problem } from '../problem.ts'
import { CostModels } from '../simulator/cost-models.ts'
import { designOf, fillStages } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { offloaded_B, PEAK_B, STEP_COLUMNS, TIME_S } from '../simulator/pipeline.ts'
import { PLAN_COLUMNS } from '../simulator/plan-cost.ts'
import type { Workload } from '../workload/workload.ts'
import { moves as geneMoves, roleChanges, tidy, toggleOffload } from './gene-moves.ts'
import { stepCost_s, type Goal } from './goal.ts'
import type { FoundMapping } from './mapping-search.ts'

/** Moves of all annealings of an exploration on one chip, or of a policy that anneals. */
export const POLISH_MOVES = 20_000

/** How a mapping is polished. */
export interface Polishing {
  /** Time alone unless given. */
  readonly goal?: Goal
  /** Asked before each move; false ends the polishing with what it has. */
  readonly goesOn?: (() => boolean) | undefined
  /** Whether a mapping may be taken; every legal one unless given. */
  readonly within?: (mapping: Mapping) => boolean
}

/**
 * Anneals over the whole gene string from a mapping: what the exact search fixes (one layout for all stages, snake placement, one split of
 * layers per pair of plans) is free here; then changes role by role as long as that helps. Never returns anything worse than it was given.
 */
export function polish(
  workload: Workload,
  machine: Machine,
  start: Mapping,
  seed: number,
  moves: number,
  { goal, goesOn = () => true, within = () => true }: Polishing = {}
): FoundMapping {
  const models = new CostModels(workload, machine)
  // No move changes the region, and a plan that a move leaves alone stays the same object.
  const codes = new PlanCodes(workload, regionAxes(start.region))
  const step = new Float64Array(STEP_COLUMNS)
  const kinds = machine.offload ? [...geneMoves, toggleOffload] : geneMoves
  let plans = new Float64Array(16 * PLAN_COLUMNS)
  let stages = new Float64Array(16 * PLAN_COLUMNS)
  const room_B = machine.offload?.capacityPerDie_B ?? 0
  const cost = (mapping: Mapping): number => {
    let cost_s: number
    try {
      const design = designOf(workload, machine, mapping, { models, codes })
      if (plans.length < design.plans.length * PLAN_COLUMNS)
        plans = new Float64Array(2 * design.plans.length * PLAN_COLUMNS)
      if (stages.length < design.stages.length * PLAN_COLUMNS)
        stages = new Float64Array(2 * design.stages.length * PLAN_COLUMNS)
      fillStages(design, plans, stages)
      const dies = regionDies(mapping.region) * mapping.dataParallel
      cost_s = stepCost_s(goal, design.frame, stages, design.stages.length, dies, step)
      for (let stage = 0; stage < design.stages.length; stage++)
        if (
          (design.frame.helpers?.[stage] ?? -1) < 0 &&
          offloaded_B(design.frame, stages, stage, design.stages.length) > room_B
        )
          return Infinity
    } catch (error) {
      if (error instanceof Problem) return Infinity
      throw error
    }
    return step[PEAK_B]! > machine.capacity_B ? Infinity : cost_s
  }
  const propose = (mapping: Mapping, random: Random): Mapping | undefined => {
    const moved = kinds[random.below(kinds.length)]!(mapping, workload, random)
    return moved && within(moved) ? tidy(moved) : undefined
  }
  const result = anneal(
    start,
    propose,
    cost,
    { moves, startTemperature: 3e-3, endTemperature: 1e-5 },
    randomStream(seed, 1),
    goesOn
  )
  // Annealing may pass by what one more step would reach.
  let best: { mapping: Mapping; cost: number } = { mapping: result.best, cost: result.cost }
  for (let before = Infinity; best.cost < before;) {
    before = best.cost
    for (const mapping of roleChanges(best.mapping, workload)) {
      if (!goesOn()) break
      if (!within(mapping)) continue
      const next = cost(mapping)
      if (next < best.cost) best = { mapping, cost: next }
    }
  }
  // The last mapping priced need not be the best one.
  if (goal) cost(best.mapping)
  return { iterationTime_s: goal ? step[TIME_S]! : best.cost, cost_s: best.cost, mapping: best.mapping }
}
