import { geometricMean, median } from '../../optimization/statistics.ts'
import { cell, columns, type Table } from '../../report/document.ts'
import { OURS } from '../case-result.ts'
import { speedupIn, statisticOf, underOwnOverlap } from '../measure.ts'
import { oursIn, type FinishedCase, type StudyResults } from '../study-results.ts'
import { measuredWords } from './measured-words.ts'
import { ofLedger, searchedOverlapsOf } from './slices.ts'

/** Our margin with communication hidden by other shares than the chips state, for designs that were found under the chips' own. */
export function overlapTable({ study, finished }: StudyResults): Table {
  const cases = ofLedger(finished, 'same-chip')
  const { overlaps, tuned } = study.spec
  const fastestAt = (one: FinishedCase, names: readonly string[], index: number): number =>
    Math.min(...names.flatMap((name) => one.contenders.get(name)?.metrics?.overlapTime_s[index] ?? []))
  const marginAt =
    (index: number) =>
    (one: FinishedCase): number | undefined => {
      const ratio = fastestAt(one, tuned, index) / fastestAt(one, [OURS], index)
      return Number.isFinite(ratio) ? ratio : undefined
    }
  return {
    caption:
      'Our tokens/s over those of the best tuned baseline when this share of communication hides, for everybody alike, by closed forms; mappings as they were found under the share that the chips state',
    columns: columns('Overlap', '#Margin'),
    rows: overlaps.map((overlap, index) => [
      cell(String(overlap)),
      cell(measuredWords('speedup', statisticOf(cases, marginAt(index), geometricMean)))
    ])
  }
}

/** Our margin where everybody searched under another share of hidden communication, beside the same settings under the chips' own. */
export function searchedOverlapTable(results: StudyResults): Table {
  const { study, finished } = results
  const { overlaps, tuned } = study.spec
  const searched = searchedOverlapsOf(finished)
  /** What our search makes of knowing the share: its design over the one that it found under the chip's own. */
  const known = (one: FinishedCase): number | undefined => {
    const mine = oursIn(one)
    const unaware = underOwnOverlap(results, one)?.contenders.get(OURS)?.metrics
    const unaware_s = unaware?.overlapTime_s[overlaps.indexOf(one.setting.overlap!)]
    return mine && unaware_s !== undefined ? unaware_s / mine.analyticTime_s : undefined
  }
  const row = (name: string, cases: readonly FinishedCase[], gain: string) => [
    cell(name),
    cell(measuredWords('speedup', statisticOf(cases, speedupIn(tuned), geometricMean))),
    cell(gain),
    cell(
      measuredWords(
        'gap',
        statisticOf(cases, ({ certificate }) => certificate?.gap, median)
      )
    )
  ]
  const groups = searched.map((overlap) => ofLedger(finished, 'same-chip', overlap))
  const own = [...new Set(groups.flat().flatMap((one) => underOwnOverlap(results, one) ?? []))]
  return {
    caption:
      'Everybody searches under this share, event by event: our tokens/s over those of the best tuned baseline, what our design gains over the one found under the share that the chip states (by closed forms), and the median of our certified gap',
    columns: columns('Overlap', '#Margin', '#Gained by knowing', '#Gap'),
    rows:
      searched.length === 0
        ? []
        : [
            ...searched.map((overlap, index) =>
              row(
                String(overlap),
                groups[index]!,
                measuredWords('speedup', statisticOf(groups[index]!, known, geometricMean))
              )
            ),
            row("the chip's own", own, '—')
          ]
  }
}
