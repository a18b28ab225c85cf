import type { ForeignValue, ImportAccount } from '../../../core/import-account.ts'
import { cell, columns, type Table } from '../../../core/report/document.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import { textTable } from '../../../core/report/tables.ts'

const shown = (value: ForeignValue | null): string =>
  typeof value === 'number' && Number.isInteger(value) ? formatCount(value) : String(value)

/** What became of every field, as tables. */
export function accountText({ mapped, defaulted, approximated, ignored }: ImportAccount): string {
  const tables: Table[] = [
    {
      caption: 'Mapped',
      columns: columns('Field', '#Value', 'From'),
      rows: mapped.map(({ field, value, from }) => [cell(field), cell(shown(value)), cell(from)])
    },
    ...(
      [
        ['Defaulted', defaulted],
        ['Approximated', approximated]
      ] as const
    ).map(([caption, entries]) => ({
      caption,
      columns: columns('Field', '#Value', 'Why'),
      rows: entries.map(({ field, value, why }) => [cell(field), cell(shown(value)), cell(why)])
    })),
    {
      caption: 'Ignored',
      columns: columns('Key', '#Value'),
      rows: ignored.map(({ key, value }) => [cell(key), cell(shown(value))])
    }
  ]
  return tables
    .filter(({ rows }) => rows.length > 0)
    .map(textTable)
    .join('\n')
}
