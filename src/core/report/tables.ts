import type { Table } from './document.ts'

/** What could steer a terminal, C0 and C1 controls, shows as a question mark. */
const harmless = (text: string): string => text.replace(/\p{Cc}/gu, '?')

const width = (text: string): number => [...text.normalize('NFC')].length

const padded = (text: string, room: number, right: boolean): string => {
  const space = ' '.repeat(Math.max(0, room - width(text)))
  return right ? space + text : text + space
}

/**
 * A table as plain text for a terminal: caption, column titles, a rule, one line per row, columns two spaces apart, numbers flush right.
 * Ends with a line break; lines have no trailing blanks.
 */
export function textTable(table: Table): string {
  const titles = table.columns.map((column) => harmless(column.title))
  const rows = table.rows.map((row) => row.map((cell) => harmless(cell.text)))
  const rooms = titles.map((title, column) => Math.max(width(title), ...rows.map((row) => width(row[column] ?? ''))))
  const line = (cells: readonly string[]): string =>
    rooms
      .map((room, column) => padded(cells[column] ?? '', room, table.columns[column]?.numeric === true))
      .join('  ')
      .trimEnd()
  const rule = rooms.map((room) => '─'.repeat(room)).join('  ')
  const caption = table.caption ? [harmless(table.caption)] : []
  return [...caption, line(titles), rule, ...rows.map(line), ''].join('\n')
}
