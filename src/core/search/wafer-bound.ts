import { weightedGeometricMean } from '../optimization/statistics.ts'
import { stepBound } from '../simulator/bounds.ts'
import { dynamicEnergy_J, energyRates } from '../simulator/energy.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { Objective } from './exploration.ts'
import { leastWork } from './step-bound.ts'

/** What no mapping on a wafer gets past, whichever it is, for all workloads together. */
export interface WaferBound {
  /** Most, as the weighted geometric mean over the workloads. */
  readonly tokensPerSecond: number
  /** At g tokens/s the workload that needs most power draws no less than `idle_W + joulesPerToken g`. */
  readonly idle_W: number
  readonly joulesPerToken: number
  readonly cost_usd: number
  /** Least peak memory of a die: model state, shared by all dies. */
  readonly peak_B: number
  /** Tokens of a step, as the weighted geometric mean over the workloads. */
  readonly tokensPerStep: number
}

/** Share by which sums in another order may differ. */
const ROUNDING = 1e-9

/** Model state of a workload that some die has at least: that of the fair share of all dies. */
export const leastPeak_B = ({ training, parameters }: Workload, machine: Machine): number =>
  (training.optimizerBytesPerParameter * parameters) / machine.dies

/**
 * Bounds of a wafer from the universal bounds of its workloads: time, work and model state. Power of a step is idle power plus work over time;
 * the largest of several tokens/s is no less than their mean, so that the least work per token bounds the power at any mean.
 */
export function waferBound(
  workloads: readonly Workload[],
  weights: readonly number[],
  machine: Machine,
  cost_usd: number
): WaferBound {
  const rates = energyRates(machine, 'high')
  const tokens = workloads.map(({ training }) => training.globalBatch * training.sequenceLength)
  return {
    tokensPerSecond:
      weightedGeometricMean(
        workloads.map((workload, index) => tokens[index]! / stepBound(workload, machine).iterationTime_s),
        weights
      ) *
      (1 + ROUNDING),
    idle_W: rates.idle_W * (1 - ROUNDING),
    joulesPerToken:
      Math.min(...workloads.map((workload, index) => dynamicEnergy_J(rates, leastWork(workload)) / tokens[index]!)) *
      (1 - ROUNDING),
    cost_usd,
    peak_B: Math.max(...workloads.map((workload) => leastPeak_B(workload, machine))) * (1 - ROUNDING),
    tokensPerStep: weightedGeometricMean(tokens, weights)
  }
}

/** A geometric mean of sums is no less than the sum of the geometric means: what holds of one workload holds of all together. */
const leastJoulesPerToken = ({ idle_W, tokensPerSecond, joulesPerToken }: WaferBound): number =>
  idle_W / tokensPerSecond + joulesPerToken

const promises: Readonly<Record<Objective, (bound: WaferBound) => number>> = {
  throughput: ({ tokensPerSecond }) => tokensPerSecond,
  energy: (bound) => -bound.tokensPerStep * leastJoulesPerToken(bound),
  'throughput-per-watt': (bound) => 1 / leastJoulesPerToken(bound),
  'throughput-per-cost': ({ tokensPerSecond, cost_usd }) => tokensPerSecond / cost_usd
}

/** Most that an objective makes of a wafer whatever its mappings; see {@link jointScore}. */
export const promiseOf = (objective: Objective, bound: WaferBound): number => promises[objective](bound)

/**
 * Whether wafers that are known beat another whatever its mapping: for every throughput that it may reach one of them is as fast at no more
 * than the power that this takes, and costs and holds no more. A wafer so beaten can be on no front with them.
 * @param known tokens/s turned around, power, cost, peak, as fronts of wafers have them
 */
export function isBeaten(bound: WaferBound, known: readonly (readonly number[])[]): boolean {
  const rivals = known
    .filter(([, , cost_usd, peak_B]) => cost_usd! <= bound.cost_usd && peak_B! <= bound.peak_B)
    .map(([negative, power_W]) => ({ from: (power_W! - bound.idle_W) / bound.joulesPerToken, to: -negative! }))
    .sort((a, b) => a.from - b.from)
  let beaten = 0
  for (const { from, to } of rivals) {
    if (from > beaten) return false
    beaten = Math.max(beaten, to)
    if (beaten >= bound.tokensPerSecond) return true
  }
  return false
}
