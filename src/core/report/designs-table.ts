import { cell, columns, type Table } from './document.ts'
import { pointName } from './exploration-record.ts'
import { formatNumber } from '../format/format-number.ts'
import * as format from '../format/format-quantity.ts'
import type { RunRecord, StoredPoint } from './run-record.ts'

/** A design, the run that it is of, and where that is another project the name of it. */
export interface ListedDesign {
  readonly point: StoredPoint
  readonly run: RunRecord
  readonly projectName: string | undefined
}

/** Designs that belong together, with what tells them apart at a glance. */
export const designsTable = (designs: readonly ListedDesign[]): Table => ({
  caption: 'Designs that belong together, in the order in which they were put aside',
  columns: columns('Design', 'Of', 'Chip', '#Tokens/s', '#Step time', '#Peak per die', '#Power'),
  rows: designs.map(({ point, run, projectName }) => [
    cell(`${pointName(point)} (point ${point.id})`, 'strong'),
    cell(`${projectName === undefined ? '' : `${projectName}, `}run ${run.id}`),
    cell(point.chip.title || point.chip.name),
    cell(formatNumber(point.evaluation.tokensPerSecond)),
    cell(format.formatTime_s(point.evaluation.iterationTime_s)),
    cell(format.formatBytes_B(point.evaluation.memory_B.peak)),
    cell(format.formatRange(point.evaluation.power_W, format.formatPower_W))
  ])
})
