import { randomStream } from '../optimization/random.ts'
import { bootstrapInterval, geometricMean, median, type Interval } from '../optimization/statistics.ts'
import { ablationContender, OURS, SEARCH_ALONE } from './case-result.ts'
import { fastestOf, matches, oursIn, pairOf, type FinishedCase, type StudyResults } from './study-results.ts'
import { caseKey } from './study-case.ts'
import type { Measure, Where } from './study-spec.ts'

/** A measured number over cases. */
export interface Measured {
  /** Undefined when no case says anything of it. */
  readonly value: number | undefined
  /** 95%, over pairs of model and chip. */
  readonly interval: Interval | undefined
  /** Cases that the value is made of. */
  readonly counted: number
  /** Cases that were looked at. */
  readonly cases: number
}

type Pick = (one: FinishedCase) => number | undefined
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** A statistic of a number of each case, with its interval. Equal results give equal intervals: the resampling has a seed of its own. */
export function statisticOf(
  cases: readonly FinishedCase[],
  pick: Pick,
  statistic: (values: readonly number[]) => number
): Measured {
  const known = cases.flatMap((one) => {
    const value = pick(one)
    return value === undefined ? [] : [{ pair: pairOf(one), value }]
  })
  if (known.length === 0) return { value: undefined, interval: undefined, counted: 0, cases: cases.length }
  const groups = [...Map.groupBy(known, ({ pair }) => pair).values()].map((group) => group.map(({ value }) => value))
  return {
    value: statistic(known.map(({ value }) => value)),
    interval: bootstrapInterval(groups, statistic, randomStream(1)),
    counted: known.length,
    cases: cases.length
  }
}

/** Our tokens/s over those of the fastest of `over`; undefined where either fits nowhere. */
export const speedupIn =
  (over: readonly string[]): Pick =>
  (one) => {
    const [mine, theirs] = [oursIn(one), fastestOf(one, over)?.metrics]
    return mine && theirs && mine.tokensPerSecond / theirs.tokensPerSecond
  }

/** Its bytes over ours, as `memory` measures say. */
export const memoryRatioIn =
  (over: string, per: 'peak' | 'mean' | 'total', unfit: boolean): Pick =>
  (one) => {
    const theirs = one.contenders.get(over)
    const mine = oursIn(one)
    const memory = theirs?.metrics ?? (unfit ? theirs?.attempt : undefined)
    return mine && memory && memory[`${per}_B`] / mine[`${per}_B`]
  }

const unfitIn =
  (contender: string): Pick =>
  ({ contenders }) => {
    const one = contenders.get(contender)
    return one && (one.metrics ? 0 : 1)
  }

/** Its step time over that of the same search without the restriction. */
export const lossIn =
  (ablation: string): Pick =>
  ({ contenders }) => {
    const [restricted, whole] = [
      contenders.get(ablationContender(ablation))?.metrics,
      contenders.get(SEARCH_ALONE)?.metrics
    ]
    return restricted && whole && restricted.iterationTime_s / whole.iterationTime_s
  }

/** Relative difference of two times by which one is surely faster: event times of equal designs agree to less. */
const FASTER = 1e-6

/** Whether a policy is faster than ours, or fits where ours does not. */
export const beatenIn: Pick = (one) => {
  const { policies } = one.setting
  const theirs = fastestOf(one, policies)?.metrics
  const mine = oursIn(one)
  return theirs && (!mine || theirs.iterationTime_s < mine.iterationTime_s * (1 - FASTER)) ? 1 : 0
}

/** The case with the same setting on the given chip. */
export function onGivenChip({ finished }: StudyResults, { setting }: FinishedCase): FinishedCase | undefined {
  const key = caseKey({ ...setting, ledger: 'same-chip' })
  return finished.find((other) => caseKey(other.setting) === key)
}

/** The case with the same setting under the chip's own share of hidden communication. */
export function underOwnOverlap({ finished }: StudyResults, { setting }: FinishedCase): FinishedCase | undefined {
  const { overlap: _searched, ...own } = setting
  const key = caseKey(own)
  return finished.find((other) => caseKey(other.setting) === key)
}

export const chipGainIn =
  (results: StudyResults, contender: string): Pick =>
  (one) => {
    const chosen = one.contenders.get(contender)?.metrics
    const given = onGivenChip(results, one)?.contenders.get(contender)?.metrics
    return chosen && given && chosen.tokensPerSecond / given.tokensPerSecond
  }

const selected = ({ finished }: StudyResults, where: Where): readonly FinishedCase[] =>
  finished.filter(({ setting }) => matches(where, setting))

const statistics: {
  readonly [Of in Measure['of']]: (
    measure: Extract<Measure, { of: Of }>,
    results: StudyResults
  ) => readonly [Pick, (values: readonly number[]) => number]
} = {
  speedup: ({ over }) => [speedupIn(over), geometricMean],
  memory: ({ over, per, unfit }) => [memoryRatioIn(over, per, unfit), geometricMean],
  unfit: ({ contender }) => [unfitIn(contender), mean],
  loss: ({ ablation }) => [lossIn(ablation), geometricMean],
  'chip-gain': ({ contender }, results) => [chipGainIn(results, contender), geometricMean],
  gap: () => [({ certificate }) => certificate?.gap, median],
  beaten: () => [beatenIn, mean]
}

/** What a study's results say to a measure. */
export function measured(measure: Measure, results: StudyResults): Measured {
  const [pick, statistic] = (
    statistics[measure.of] as (
      measure: Measure,
      results: StudyResults
    ) => readonly [Pick, (values: readonly number[]) => number]
  )(measure, results)
  return statisticOf(selected(results, measure.where), pick, statistic)
}

/** Contenders that a measure speaks of. */
export function contendersOf(measure: Measure): readonly string[] {
  if (measure.of === 'speedup') return measure.over
  if (measure.of === 'memory') return [measure.over]
  if (measure.of === 'unfit' || measure.of === 'chip-gain') return [measure.contender]
  if (measure.of === 'loss') return [ablationContender(measure.ablation)]
  return [OURS]
}
