import type { Infeasibility } from './infeasibility.ts'
import type { SampleResult } from './sample.ts'

/** What a policy reached in a check before a search. */
export interface CheckedBaseline {
  readonly policy: string
  /** Undefined where it found no mapping at all. */
  readonly iterationTime_s: number | undefined
  readonly mfu: number | undefined
  readonly peak_B: number | undefined
  readonly capacity_B: number | undefined
  /** Why it does not fit; undefined when it does. */
  readonly failure: string | undefined
}

/** Wafers drawn from the space of a search, and how many may be built. */
export interface CheckedWafers {
  /** Wafers of the space; null where a gene is any number of a range. */
  readonly space: number | null
  /** Without those that have a value with which no wafer can be built; null likewise. */
  readonly possible: number | null
  /** Limits that rule values out before any wafer is looked at. */
  readonly ruledOutBy: readonly string[]
  /** Wafers that the search will look at, and about how long that takes, mapping searches of the best left out. */
  readonly toLookAt: number
  readonly looking_s: number
  readonly looked: number
  readonly buildable: number
  /** By the limit that is broken first. */
  readonly broken: Readonly<Record<string, number>>
}

/** One of several workloads that a wafer is chosen for. */
export interface CheckedWorkload {
  readonly name: string
  /** Undefined where the time did not suffice. */
  readonly sample: SampleResult | undefined
  readonly proved: Infeasibility | undefined
}

/** What a look at the space of a search finds in a few seconds. */
export interface CheckFindings {
  readonly sample: SampleResult
  /** What makes every mapping impossible, where that can be proved. */
  readonly proved: Infeasibility | undefined
  /** Of several workloads each; the sample, the proof and the baselines beside it are of the first. */
  readonly workloads?: readonly CheckedWorkload[]
  readonly baselines: readonly CheckedBaseline[]
  /** Policies that the time did not suffice for. */
  readonly untried: readonly string[]
  /** Undefined when the chip is fixed. */
  readonly wafers: CheckedWafers | undefined
  /** Ways in which each of the best wafers may turn out; undefined where they are ranked as they are meant. */
  readonly scenarios?: number
  /** Designs drawn and priced by all workers together. */
  readonly evaluationsPerSecond: number
  /** Combinations that the search of the given chip may solve, and solves in a second; undefined where the time did not suffice. */
  readonly combinationsPerSecond: number | undefined
  readonly mostCombinations: number
  /** The whole search needs no longer than about this. */
  readonly longest_s: number | undefined
}

/** Whether a search is worth starting. */
export type CheckVerdict = 'fits' | 'tight' | 'no fit seen' | 'impossible'

/** Below this share of random mappings that fit, memory decides the search. */
const TIGHT = 0.02

const fits = ({ failure }: CheckedBaseline): boolean => failure === undefined

type Looked = Pick<CheckFindings, 'proved' | 'baselines' | 'wafers'> & Pick<CheckedWorkload, 'sample'>

function verdictOf({ proved, sample, baselines, wafers }: Looked): CheckVerdict {
  if (wafers && wafers.buildable > 0) {
    // A given chip over its budget says nothing of the wafers around it.
    if (proved && proved.name !== 'memory') return 'fits'
  } else if (proved) return 'impossible'
  if (proved) return 'no fit seen'
  if (!sample) return 'fits'
  if (sample.feasible === 0) return baselines.some(fits) ? 'tight' : 'no fit seen'
  return sample.feasible / sample.drawn < TIGHT ? 'tight' : 'fits'
}

const fromBad: readonly CheckVerdict[] = ['impossible', 'no fit seen', 'tight', 'fits']

/** What binds a search: its only workload, or of several the one that is hardest to fit, by name. */
export function hardestWorkload(findings: CheckFindings): {
  readonly verdict: CheckVerdict
  readonly name: string | undefined
  readonly findings: CheckFindings
} {
  const looked = (findings.workloads ?? []).map(({ name, sample, proved }, at) => {
    const own: CheckFindings = {
      ...findings,
      proved,
      sample: sample ?? findings.sample,
      baselines: at === 0 ? findings.baselines : []
    }
    return { name, findings: own, verdict: verdictOf({ ...own, sample }) }
  })
  return looked.reduce(
    (worst, one) => (fromBad.indexOf(one.verdict) < fromBad.indexOf(worst.verdict) ? one : worst),
    looked[0] ?? { name: undefined, findings, verdict: verdictOf(findings) }
  )
}

export const checkVerdict = (findings: CheckFindings): CheckVerdict => hardestWorkload(findings).verdict

/** By how many times the closest of all mappings that were looked at is over the memory of a die; below 1 it fits. */
export const leastOveruse = ({ sample, baselines }: CheckFindings): number =>
  Math.min(
    sample.leastPeak_B / sample.capacity_B,
    ...baselines.map(({ peak_B = Infinity, capacity_B = 1 }) => peak_B / capacity_B)
  )

/** The fastest policy that fits. */
export const bestBaseline = ({ baselines }: CheckFindings): CheckedBaseline | undefined =>
  baselines
    .filter(fits)
    .reduce<CheckedBaseline | undefined>(
      (best, one) => (!best || one.iterationTime_s! < best.iterationTime_s! ? one : best),
      undefined
    )

/** How many mappings the space holds, one plan for each kind of layer. */
export const spaceSize = ({ sample }: CheckFindings): number => sample.combinations * sample.plansPerCombination
