/**
 * Rows of one statement. What a statement costs besides its rows (setting it up, the table's last number, the way into SQLite and back) is
 * paid once for all of them; more than this bring nothing, and SQLite takes 32,766 values at most.
 */
export const ROWS_TOGETHER = 50

/** SQL that inserts so many rows, their values one after another, row by row. */
export const insertRowsSql = (table: string, columns: readonly string[], rows: number): string => {
  const row = `(${columns.map(() => '?').join(', ')})`
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array.from({ length: rows }, () => row).join(', ')}`
}
