import { geometricMean, median } from '../../optimization/statistics.ts'
import { formatPower_W, formatRatio, formatShare } from '../../format/format-quantity.ts'
import { OURS, type ContenderMetrics } from '../case-result.ts'
import { beatenIn, chipGainIn, lossIn, speedupIn, statisticOf } from '../measure.ts'
import { mayKeepGiven } from '../outer-search.ts'
import type { FinishedCase, StudyResults } from '../study-results.ts'
import type { Ledger } from '../study-spec.ts'
import { claimSentence } from './claims.ts'
import { measuredWords } from './measured-words.ts'
import { batchesOf, ofBatch, ofLedger, searchedOverlapsOf } from './slices.ts'

/** Margin over the best tuned baseline at each batch, in a sentence. */
function marginSentence({ study, finished }: StudyResults): string {
  if (study.spec.tuned.length === 0) return 'The study names no tuned baselines to have a margin over.'
  const cases = ofLedger(finished, 'same-chip')
  const parts = batchesOf(cases).flatMap((batch) => {
    const { value } = statisticOf(ofBatch(cases, batch), speedupIn(study.spec.tuned), geometricMean)
    return value === undefined ? [] : [`${formatRatio(value)} at ${batch}`]
  })
  return parts.length === 0
    ? 'No tuned baseline fits anywhere, so there is no margin to tell.'
    : `Our margin over the best tuned baseline on the same chip, by sequences in the batch: ${parts.join(', ')}.`
}

function recomputeSentence({ finished }: StudyResults): string {
  const name = 'no-recompute-search'
  const cases = ofLedger(finished, 'same-chip').filter(({ setting }) => setting.ablations.includes(name))
  if (cases.length === 0) return 'Recomputation outside the search was not run.'
  const unfit = cases.filter(
    ({ contenders }) => contenders.get(OURS)?.metrics && !contenders.get(`ablation:${name}`)?.metrics
  ).length
  const loss = measuredWords('loss', statisticOf(cases, lossIn(name), geometricMean))
  return `Recomputation inside the search: without it a step takes ${loss} cases, and ${unfit} of ${cases.length} no longer fit.`
}

/** A gain under caps is over given wafers that need not keep them, which is said. */
function limitWords({ study }: StudyResults, ledger: Ledger, cases: readonly FinishedCase[]): string {
  if (ledger !== 'capped') return 'without a cap'
  const given = [...new Map(cases.map(({ setting }) => [setting.chip, setting])).values()]
  const kept = given.filter((setting) => mayKeepGiven(study, setting)).length
  return `under the caps, which ${kept} of the ${given.length} given wafers keep${kept === 1 ? 's' : ''}`
}

function chipSentence(results: StudyResults): string {
  const parts = (['co-explored', 'capped'] as const).flatMap((ledger) => {
    const cases = ofLedger(results.finished, ledger)
    const { value } = statisticOf(cases, chipGainIn(results, OURS), geometricMean)
    if (value === undefined) return []
    const power = median(
      cases
        .flatMap(({ contenders }) => contenders.get(OURS)?.metrics ?? [])
        .map((one: ContenderMetrics) => one.powerHigh_W)
    )
    return [`${formatRatio(value)} ${limitWords(results, ledger, cases)}, at a median of ${formatPower_W(power)}`]
  })
  return parts.length === 0
    ? 'Choosing the wafer was not run.'
    : `Choosing the wafer as well brings ${parts.join('; ')}.`
}

/** What is left of our margin where less of the communication hides than the chips state, and everybody knows it. */
function overlapSentence({ study, finished }: StudyResults): readonly string[] {
  const parts = searchedOverlapsOf(finished).flatMap((overlap) => {
    const cases = ofLedger(finished, 'same-chip', overlap)
    const { value } = statisticOf(cases, speedupIn(study.spec.tuned), geometricMean)
    return value === undefined ? [] : [`${formatRatio(value)} where ${formatShare(overlap)} hides`]
  })
  return parts.length === 0
    ? []
    : [`Where less communication hides than the chips state, and everybody searches knowing it: ${parts.join(', ')}.`]
}

function standing({ finished }: StudyResults): string {
  const beaten = finished.filter((one) => beatenIn(one) === 1).length
  const gaps = ofLedger(finished, 'same-chip').flatMap(({ certificate }) => certificate?.gap ?? [])
  const gap = gaps.length > 0 ? ` The certified gap is ${formatShare(median(gaps))} in the median.` : ''
  return `A baseline is ahead of ours in ${beaten} of ${finished.length} cases.${gap}`
}

/** For a reader in a hurry: one sentence per question. */
export const briefAnswers = (results: StudyResults): readonly string[] => [
  ...results.study.spec.claims.map((claim) => claimSentence(results, claim)),
  marginSentence(results),
  recomputeSentence(results),
  chipSentence(results),
  ...overlapSentence(results),
  standing(results)
]
