import { csvText } from './csv.ts'
import { cell, type Table } from './document.ts'
import { formatField } from '../format/format-quantity.ts'

/** One column of numbers or words; the key's ending is the unit, as `power_W`. */
export interface SheetColumn {
  readonly key: string
  readonly title: string
  readonly numeric?: boolean
}

/** What a figure shows as plain values in SI units; null where there is none. */
export interface DataSheet {
  readonly caption: string
  readonly columns: readonly SheetColumn[]
  readonly rows: readonly (readonly (string | number | boolean | null)[])[]
}

const shown = (key: string, value: string | number | boolean | null): string =>
  value === null ? '—' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : formatField(key, value)

/** A sheet for people: every number in its unit. @param most rows, the rest counted in the caption */
export function sheetTable({ caption, columns, rows }: DataSheet, most = Number.POSITIVE_INFINITY): Table {
  const rest = rows.length > most ? `; the first ${most} of ${rows.length}` : ''
  return {
    caption: `${caption}${rest}`,
    columns: columns.map(({ title, numeric }) => ({ title, ...(numeric && { numeric }) })),
    rows: rows.slice(0, most).map((row) => row.map((value, at) => cell(shown(columns[at]!.key, value))))
  }
}

/** A row in words, as a cursor reads it out. */
export const rowWords = ({ columns, rows }: DataSheet, row: number): string =>
  (rows[row] ?? [])
    .flatMap((value, at) => (value === null ? [] : [`${columns[at]!.title} ${shown(columns[at]!.key, value)}`]))
    .join(', ')

/** A sheet for programs: keys with units as the header, plain numbers. */
export const sheetRecords = ({ columns, rows }: DataSheet): DataSheet['rows'] => [
  columns.map(({ key }) => key),
  ...rows
]

/** The same as comma-separated values. */
export const sheetCsv = (sheet: DataSheet): string => csvText(sheetRecords(sheet))
