import { geometricMean } from '../../optimization/statistics.ts'
import { cell, columns, type Cell, type Table } from '../../report/document.ts'
import { formatRatio } from '../../format/format-quantity.ts'
import { memoryRatioIn, speedupIn, statisticOf, type Measured } from '../measure.ts'
import type { StudyResults } from '../study-results.ts'
import type { PublishedClaim } from '../study-spec.ts'
import { batchesOf, ofBatch, ofLedger, slicesOf, sliceWords, type Slice } from './slices.ts'

/** A published number against one variant of the system that it was measured against, under one setting. */
export interface ClaimCell {
  readonly variant: string
  readonly slice: Slice
  readonly globalBatch: number
  readonly measured: Measured
  /** The number lies within the interval; where there is none, within a tenth of the value. */
  readonly holds: boolean
}

/** Without an interval a value this near, relatively, counts as the number itself. */
const NEAR = 0.1

function holds(claim: PublishedClaim, { value, interval }: Measured): boolean {
  if (value === undefined) return false
  if (interval) return interval.low <= claim.value && claim.value <= interval.high
  return Math.abs(value / claim.value - 1) <= NEAR
}

/** Per variant, setting and batch, on the same chip for all. Memory is of the fullest die, attempts that do not fit among them. */
export const claimCells = ({ finished }: StudyResults, claim: PublishedClaim): readonly ClaimCell[] =>
  slicesOf(ofLedger(finished, 'same-chip')).flatMap((slice) =>
    claim.over.flatMap((variant) =>
      batchesOf(slice.cases).map((globalBatch): ClaimCell => {
        const pick = claim.of === 'speed' ? speedupIn([variant]) : memoryRatioIn(variant, 'peak', true)
        const cases = ofBatch(slice.cases, globalBatch).filter(({ contenders }) => contenders.has(variant))
        const measured = statisticOf(cases, pick, geometricMean)
        return { variant, slice, globalBatch, measured, holds: holds(claim, measured) }
      })
    )
  )

const shown = ({ measured: { value, interval, counted, cases }, holds: does }: ClaimCell): Cell => {
  if (cases === 0) return cell('—', 'quiet')
  if (value === undefined) return cell(`0 of ${cases}`, 'quiet')
  const range = interval ? ` (${interval.low.toPrecision(3)}–${interval.high.toPrecision(3)})` : ''
  return cell(
    `${does ? '**' : ''}${formatRatio(value)}${does ? '**' : ''}${range} ${counted}/${cases}`,
    does ? 'good' : undefined
  )
}

/** A row for each variant and setting, a column for each batch. */
export function claimTable(results: StudyResults, claim: PublishedClaim): Table {
  const cells = claimCells(results, claim)
  const batches = [...new Set(cells.map(({ globalBatch }) => globalBatch))].sort((a, b) => a - b)
  const rows = Map.groupBy(cells, ({ variant, slice }) => `${variant} ${sliceWords(slice)}`)
  const what = claim.of === 'speed' ? 'our tokens/s over theirs' : 'their bytes on the fullest die over ours'
  return {
    caption: `${claim.title} (${claim.source}): ${what}, geometric mean (95% interval) and the cases it is of; bold where ${claim.value} lies within`,
    columns: columns('Against', 'Setting', ...batches.map((batch) => `#${batch} sequences`)),
    rows: [...rows.values()].map((row) => [
      cell(row[0]!.variant),
      cell(sliceWords(row[0]!.slice)),
      ...batches.map((batch) => {
        const found = row.find(({ globalBatch }) => globalBatch === batch)
        return found ? shown(found) : cell('—', 'quiet')
      })
    ])
  }
}

/** Where a number holds, in a sentence. */
export function claimSentence(results: StudyResults, claim: PublishedClaim): string {
  const cells = claimCells(results, claim).filter(({ measured: { value } }) => value !== undefined)
  const where = cells.filter((one) => one.holds)
  if (cells.length === 0) return `${claim.title}: nobody it speaks of fits anywhere in this study.`
  if (where.length > 0) {
    const named = where.slice(0, 4).map(({ variant, slice, globalBatch, measured: { value } }) => {
      return `${variant} at ${globalBatch} sequences of ${sliceWords(slice)} (${formatRatio(value!)})`
    })
    const rest = where.length > named.length ? ` and ${where.length - named.length} more` : ''
    return `${claim.title}: holds in ${where.length} of ${cells.length} settings: ${named.join('; ')}${rest}.`
  }
  const distance = ({ measured: { value } }: ClaimCell): number => Math.abs(Math.log(value! / claim.value))
  const near = cells.reduce((best, one) => (distance(one) < distance(best) ? one : best))
  return (
    `${claim.title}: holds in none of ${cells.length} settings; nearest is ${near.variant} at ${near.globalBatch} sequences of ` +
    `${sliceWords(near.slice)} with ${formatRatio(near.measured.value!)}.`
  )
}
