import type { Ledger } from '../study-spec.ts'
import type { FinishedCase } from '../study-results.ts'

/** Cases that differ in model, chip and batch only: what one row of a table is about. */
export interface Slice {
  readonly attention: string
  readonly sequenceLength: number
  readonly cases: readonly FinishedCase[]
}

const uniqueSorted = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b)

/** Cases of a ledger with the chips' own share of hidden communication, or with another that they were searched under. */
export const ofLedger = (cases: readonly FinishedCase[], ledger: Ledger, overlap?: number): readonly FinishedCase[] =>
  cases.filter(({ setting }) => setting.ledger === ledger && setting.overlap === overlap)

/** Shares of hidden communication that cases were searched under in place of the chips' own. */
export const searchedOverlapsOf = (cases: readonly FinishedCase[]): readonly number[] =>
  uniqueSorted(cases.flatMap(({ setting }) => setting.overlap ?? []))

export const batchesOf = (cases: readonly FinishedCase[]): readonly number[] =>
  uniqueSorted(cases.map(({ setting }) => setting.training.globalBatch))

export const ofBatch = (cases: readonly FinishedCase[], globalBatch: number): readonly FinishedCase[] =>
  cases.filter(({ setting }) => setting.training.globalBatch === globalBatch)

/** Cases by sequence length and attention memory, shortest first. */
export function slicesOf(cases: readonly FinishedCase[]): readonly Slice[] {
  const groups = Map.groupBy(cases, ({ setting: { training } }) => `${training.sequenceLength} ${training.attention}`)
  return [...groups.values()]
    .map((group): Slice => {
      const { attention, sequenceLength } = group[0]!.setting.training
      return { attention, sequenceLength, cases: group }
    })
    .sort((a, b) => a.sequenceLength - b.sequenceLength || a.attention.localeCompare(b.attention))
}

export const sliceWords = ({ attention, sequenceLength }: Slice): string =>
  `${sequenceLength.toLocaleString('en-US')} tokens, ${attention === 'flash' ? 'scores not stored' : 'scores stored'}`

/** Everybody but ours who was run, in the order of the study. */
export const rivalsOf = (cases: readonly FinishedCase[]): readonly string[] => [
  ...new Set(cases.flatMap(({ setting }) => setting.policies))
]
export const ablationsOf = (cases: readonly FinishedCase[]): readonly string[] => [
  ...new Set(cases.flatMap(({ setting }) => setting.ablations))
]
