import type { Table } from './document.ts'

const escaped = (text: string): string => text.replace(/[|\\]/g, (sign) => `\\${sign}`)

/** A table as GitHub-flavoured Markdown, its caption as a line above it. */
export function markdownTable({ caption, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`
  return [
    ...(caption ? [`${caption}.`, ''] : []),
    line(columns.map(({ title }) => title)),
    `| ${columns.map(({ numeric }) => (numeric ? '---:' : '---')).join(' | ')} |`,
    ...rows.map((row) => line(columns.map((_column, index) => row[index]?.text ?? ''))),
    ''
  ].join('\n')
}
