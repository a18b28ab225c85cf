import { counted } from '../../core/format/counted.ts'
import { csvText } from '../../core/report/csv.ts'
import type { MenuItem } from '../components/MenuButton.vue'
import { useWorkbench } from '../stores/workbench.ts'
import { saveFile } from './save-file.ts'

/** A header and lines of plain values. */
export type Records = readonly (readonly (string | number | boolean | null)[])[]

export interface RecordItems {
  readonly items: readonly MenuItem[]
  copy(): Promise<void>
  save(): Promise<void>
}

/** Breaks and tabs within a value would tear its line apart. */
const cellOf = (value: string | number | boolean | null): string => String(value ?? '').replaceAll(/[\t\r\n]+/g, ' ')

/**
 * What a menu offers of rows: a CSV file, and the clipboard for a spreadsheet. To be called in a component's setup.
 * @param name of the file, without an ending
 * @param what they are the numbers of, where the menu offers other things as well: `Wafer` gives `Wafer as CSV`
 */
export function useRecordItems(name: () => string, records: () => Records, what?: string): RecordItems {
  const workbench = useWorkbench()
  const save = (): Promise<void> =>
    workbench.attempt(async () => saveFile(new Blob([csvText(records())], { type: 'text/csv' }), `${name()}.csv`))
  const copy = (): Promise<void> =>
    workbench.attempt(async () => {
      const lines = records()
      await navigator.clipboard.writeText(lines.map((line) => line.map(cellOf).join('\t')).join('\n'))
      // The header is no row.
      workbench.notify(`${counted(lines.length - 1, 'row')} copied.`)
    })
  return {
    items: [
      { title: what === undefined ? 'CSV of the numbers shown' : `${what} as CSV`, run: save },
      {
        title: what === undefined ? 'Copy as a table (TSV)' : `Copy numbers of the ${what.toLowerCase()}`,
        run: copy
      }
    ],
    copy,
    save
  }
}
