import { trainedAt } from '../search/point-source.ts'
import type { RunRecord, StoredPoint } from './run-record.ts'
import { timeCategories } from './categories.ts'
import type { DataSheet, SheetColumn } from './data-sheet.ts'

/** What a column of points holds: whole numbers, numbers, words or yes and no. */
export type ColumnKind = 'count' | 'number' | 'text' | 'flag'

/** A column of points for other programs; the ending of its key is its unit. */
export interface PointColumn extends SheetColumn {
  readonly kind: ColumnKind
  readonly of: (point: StoredPoint, run: RunRecord) => string | number | boolean | null
}

const column = (kind: ColumnKind, key: string, title: string, of: PointColumn['of']): PointColumn => ({
  key,
  title,
  kind,
  numeric: kind === 'count' || kind === 'number',
  of
})

/** Every quantity of a point that one number, word or flag can tell, in SI units. */
export const pointSheetColumns: readonly PointColumn[] = [
  column('count', 'run', 'Run', (_point, run) => run.id),
  column('count', 'point', 'Point', ({ id }) => id),
  column('text', 'source', 'Source', ({ source }) => source),
  column('text', 'label', 'Label', ({ label }) => label),
  column('flag', 'onFront', 'On the front', ({ onFront }) => onFront),
  column('flag', 'feasible', 'Feasible', ({ evaluation }) => evaluation.feasible),
  column('text', 'model', 'Model', (point, run) => trainedAt(run.inputs, point).model.name),
  column('text', 'chip', 'Chip', ({ chip }) => chip.name),
  column(
    'count',
    'globalBatch_sequences',
    'Global batch',
    (point, run) => trainedAt(run.inputs, point).training.globalBatch
  ),
  column(
    'count',
    'sequenceLength_tokens',
    'Sequence length',
    (point, run) => trainedAt(run.inputs, point).training.sequenceLength
  ),
  column('text', 'level', 'Level', ({ evaluation }) => evaluation.level),
  column('number', 'iterationTime_s', 'Step time', ({ evaluation }) => evaluation.iterationTime_s),
  column('number', 'throughput_tokensPerSecond', 'Throughput', ({ evaluation }) => evaluation.tokensPerSecond),
  column(
    'number',
    'lowerBound_s',
    'Lower bound of the step',
    ({ evaluation }) => evaluation.lowerBound.iterationTime_s
  ),
  column('number', 'mfu', 'Model FLOPs utilisation', ({ evaluation }) => evaluation.mfu),
  ...timeCategories.map(([key, title]) =>
    column('number', `${key}_s`, title, ({ evaluation }) => evaluation.time_s[key])
  ),
  column('number', 'peakMemory_B', 'Peak memory per die', ({ evaluation }) => evaluation.memory_B.peak),
  column('number', 'memoryCapacity_B', 'Memory per die', ({ evaluation }) => evaluation.memory_B.capacity),
  column('number', 'energyLow_J', 'Energy of a step, lower estimate', ({ evaluation }) => evaluation.energy_J.low),
  column('number', 'energyHigh_J', 'Energy of a step, upper estimate', ({ evaluation }) => evaluation.energy_J.high),
  column('number', 'powerLow_W', 'Power, lower estimate', ({ evaluation }) => evaluation.power_W.low),
  column('number', 'powerHigh_W', 'Power, upper estimate', ({ evaluation }) => evaluation.power_W.high),
  column('number', 'area_mm2', 'Wafer area', ({ area_mm2 }) => area_mm2 ?? null),
  column('number', 'cost_usd', 'Cost of a good wafer', ({ cost_usd }) => cost_usd ?? null),
  column('count', 'stages', 'Pipeline stages', ({ mapping }) => mapping.stages.length),
  column('count', 'dataParallel', 'Replicas', ({ mapping }) => mapping.dataParallel),
  column('count', 'expertParallel', 'Replicas that share experts', ({ mapping }) => mapping.expertParallel),
  column('count', 'regionRows_dies', 'Rows of a region', ({ mapping }) => mapping.region.rows),
  column('count', 'regionColumns_dies', 'Columns of a region', ({ mapping }) => mapping.region.columns),
  column('count', 'microBatch_sequences', 'Micro-batch', ({ mapping }) => mapping.microBatch),
  column('count', 'zeroStage', 'ZeRO', ({ mapping }) => mapping.zeroStage),
  column('text', 'schedule', 'Schedule', ({ mapping }) => mapping.schedule.name),
  column('count', 'virtualStages', 'Chunks per stage', ({ mapping }) => mapping.schedule.virtualStages)
]

/** Points of some runs as one sheet, a row each, in the order in which they were kept. */
export function pointSheet(
  runs: readonly { readonly run: RunRecord; readonly points: readonly StoredPoint[] }[]
): DataSheet {
  return {
    caption: 'Points',
    columns: pointSheetColumns,
    rows: runs.flatMap(({ run, points }) => points.map((point) => pointSheetColumns.map(({ of }) => of(point, run))))
  }
}
