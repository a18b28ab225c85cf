import type { Comparison, Metric } from './comparison.ts'
import { cell, type Cell, type Column, type Table } from './document.ts'
import { formatIn, formatRatio, formatShare } from '../format/format-quantity.ts'

export interface GridView {
  /** Leaves out what is the same of all points. */
  readonly onlyDifferences: boolean
  /** Shows the others as a change against the baseline instead of their own numbers. */
  readonly relative: boolean
  /** A row for each point instead of a column. */
  readonly transposed: boolean
}

/** Metrics of which more is better; of the others less is. */
const moreIsBetter = new Set(['Throughput', 'MFU', 'Memory capacity per die'])

/** Below it a change would read as none. */
const LEAST_CHANGE = 5e-4
const isSame = (ratio: number): boolean => Math.abs(ratio - 1) < LEAST_CHANGE
/** From here on a change is told as a multiple. */
const MANY_TIMES = 10
/** A change as '▼ −16.0%', or '▲ 21.3×': arrow and sign, not colour alone. */
const changeText = (ratio: number): string =>
  isSame(ratio)
    ? 'same'
    : ratio >= MANY_TIMES
      ? `▲ ${formatRatio(ratio)}`
      : `${ratio > 1 ? '▲ +' : '▼ −'}${formatShare(Math.abs(ratio - 1))}`

function gridCell({ name, unit, values, ratios }: Metric, index: number, baseline: number, relative: boolean): Cell {
  const value = values[index]
  const ratio = ratios[index]
  if (value === undefined) return cell('—', 'quiet')
  if (index === baseline) return cell(formatIn(value, unit), 'strong')
  const own = formatIn(value, unit)
  if (ratio === undefined) return cell(own)
  const tone = isSame(ratio) ? 'quiet' : ratio > 1 === moreIsBetter.has(name) ? 'good' : 'bad'
  return relative
    ? cell(changeText(ratio), tone)
    : cell(`${own} ${isSame(ratio) ? '' : changeText(ratio)}`.trim(), tone)
}

const differs = ({ values }: Metric): boolean => new Set(values).size > 1
const isThere = ({ values }: Metric): boolean => values.some((value) => value !== undefined && value !== 0)

function transpose({ caption, columns, rows }: Table): Table {
  return {
    caption,
    columns: [columns[0]!, ...rows.map((row): Column => ({ title: row[0]?.text ?? '', numeric: true }))],
    rows: columns.slice(1).map(({ title }, at) => [cell(title), ...rows.map((row) => row[at + 1] ?? cell(''))])
  }
}

/** All numbers of a comparison as one table: results, then where a step goes, then the memory of a die. */
export function comparisonGrid(
  comparison: Comparison,
  names: readonly string[],
  { onlyDifferences, relative, transposed }: GridView
): Table {
  const { baseline, metrics, time_s, memory_B } = comparison
  const prefixed = (prefix: string, some: readonly Metric[]): (readonly [string, Metric])[] =>
    some.map((metric) => [`${prefix}${metric.name}`, metric])
  const rows = [...prefixed('', metrics), ...prefixed('Time: ', time_s), ...prefixed('Memory: ', memory_B)].filter(
    ([, metric]) => isThere(metric) && (!onlyDifferences || differs(metric))
  )
  const table: Table = {
    caption: `${onlyDifferences ? 'What differs' : 'All numbers'}, against ${names[baseline] ?? 'the first'}`,
    columns: [{ title: '' }, ...names.map((title): Column => ({ title, numeric: true }))],
    rows: rows.map(([name, metric]) => [
      cell(name),
      ...metric.values.map((_value, index) => gridCell(metric, index, baseline, relative))
    ])
  }
  return transposed ? transpose(table) : table
}
