import { cell, columns, type Table } from './document.ts'
import { formatCount } from '../format/format-number.ts'
import { formatShare, formatTime_s } from '../format/format-quantity.ts'
import type { criticalSums, sumsOf } from './timeline-bars.ts'

/** What events come to, by their kind. */
export const eventSumsTable = (caption: string, sums: ReturnType<typeof sumsOf>): Table => ({
  caption,
  columns: columns('Kind', '#Events', '#Together', '#On average'),
  rows: sums.map(({ kind, count, total_s }) => [
    cell(kind),
    cell(formatCount(count)),
    cell(formatTime_s(total_s)),
    cell(formatTime_s(total_s / count))
  ])
})

/** What the critical path of a step consists of. */
export const criticalPathTable = (sums: ReturnType<typeof criticalSums>, step_s: number): Table => ({
  caption: `The critical path is the step: ${formatTime_s(step_s)}`,
  columns: columns('Of', '#Time', '#Share'),
  rows: sums.map(({ kind, total_s }) => [cell(kind), cell(formatTime_s(total_s)), cell(formatShare(total_s / step_s))])
})

/** Idle time of every stage, as a share of the step. */
export const bubblesTable = (shares: readonly number[]): Table => ({
  caption: 'Idle by stage',
  columns: columns('Stage', '#Bubble'),
  rows: shares.map((share, stage) => [cell(`stage ${stage}`), cell(formatShare(share))])
})
