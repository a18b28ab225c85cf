import { dynamicEnergy_J, energyRates, stepWork, type EnergyRates, type StepWork } from '../simulator/energy.ts'
import type { Machine } from '../simulator/machine.ts'
import { STEP_COLUMNS, simulateStep, TIME_S, type StepFrame } from '../simulator/pipeline.ts'
import type { Objective } from './exploration.ts'

/**
 * What a search on one chip minimises beside the time of a step. Energy is idle power x time + the work of the step; over the idle power that
 * is seconds again, T + work/idle, so that work joins whatever adds up over layers and stages and every exact programme stays one.
 */
export interface EnergyGoal {
  readonly rates: EnergyRates
}

/** Undefined where time alone counts. */
export type Goal = EnergyGoal | undefined

/** What one objective asks of the mapping on a given chip, whose cost is constant, for a given batch, whose tokens are. */
const isEnergyLike: Readonly<Record<Objective, boolean>> = {
  throughput: false,
  'throughput-per-cost': false,
  energy: true,
  'throughput-per-watt': true
}

/** The goal of a search for an objective; energies count with their upper ends. */
export const goalOf = (objective: Objective, machine: Machine): Goal =>
  isEnergyLike[objective] ? { rates: energyRates(machine, 'high') } : undefined

/** Seconds of idle power that this work costs; 0 where time alone counts. */
export const work_s = (goal: Goal, work: StepWork): number =>
  goal ? dynamicEnergy_J(goal.rates, work) / goal.rates.idle_W : 0

/** Joules of a step that costs this much under an energy goal. */
export const energyOf_J = ({ rates }: EnergyGoal, cost_s: number): number => rates.idle_W * cost_s

/** Cost of an evaluated design: its time, or its energy over the idle power. */
export const evaluatedCost_s = (
  goal: Goal,
  evaluation: { readonly iterationTime_s: number; readonly energy_J: { readonly high: number } }
): number => (goal ? evaluation.energy_J.high / goal.rates.idle_W : evaluation.iterationTime_s)

/**
 * Cost of a step over filled stages; `out` receives what {@link simulateStep} tells.
 * @param dies of all replicas of one stage
 */
export function stepCost_s(
  goal: Goal,
  frame: StepFrame,
  stages: Float64Array,
  count: number,
  dies: number,
  out = new Float64Array(STEP_COLUMNS)
): number {
  simulateStep(frame, stages, count, out)
  return goal ? out[TIME_S]! + work_s(goal, stepWork(frame, stages, count, dies)) : out[TIME_S]!
}
