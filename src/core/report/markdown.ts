import type { Table } from './document.ts'

const escaped = (text: string): string => text.replace(/[|\\<]/g, (sign) => `\\${sign}`)

/** Text that reads as itself in Markdown: no markup, no HTML, no line that would begin a block. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>|~]/g, (sign) => `\\${sign}`)
    .replace(/^(\s*)([#+-]|\d+[.)])(?=\s|$)/gm, (_all, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark.slice(0, -1)}\\${mark.at(-1)}` : `${space}\\${mark}`
    )
    .replace(/&(?=#?\w+;)/g, '\\&')

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
