import type { Records } from './record-items.ts'

const textOf = (cell: HTMLTableCellElement): string => (cell.textContent ?? '').replaceAll(/\s+/g, ' ').trim()

/** What the cells of a table say, its header first. Columns without a title hold what acts on a row, and are left out. */
export function recordsOfTable(table: HTMLTableElement): Records {
  const rows = [...table.rows].filter((row) => row.ariaHidden !== 'true').map((row) => [...row.cells].map(textOf))
  const [header = []] = rows
  return rows.map((row) => row.filter((_, column) => header[column] !== ''))
}
