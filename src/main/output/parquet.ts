import { parquetWriteBuffer } from 'hyparquet-writer'
import type { PointColumn } from '../../core/report/point-sheet.ts'
import type { DataSheet } from '../../core/report/data-sheet.ts'

const types = { count: 'INT32', number: 'DOUBLE', text: 'STRING', flag: 'BOOLEAN' } as const

/**
 * A sheet as a Parquet file: one column per key, of the type that its kind has whatever the rows hold; empty cells are nulls.
 * @param about pairs of words that go into the file's own metadata
 */
export function sheetParquet(
  { rows }: DataSheet,
  columns: readonly PointColumn[],
  about: Readonly<Record<string, string>>
): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(({ key, kind }, at) => ({
        name: key,
        type: types[kind],
        data: rows.map((row) => row[at])
      })),
      kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
      createdBy: about.program ?? 'tmac'
    })
  )
}
