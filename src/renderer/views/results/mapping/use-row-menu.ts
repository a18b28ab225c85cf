import { shallowRef } from 'vue'
import type { MappingRow } from '../../../../core/report/mapping-rows.ts'
import { useCommands } from '../../../stores/commands.ts'
import { useContextMenu } from '../../../stores/context-menu.ts'
import { useWorkbench } from '../../../stores/workbench.ts'

/** The menu of a row of the mapping, and the commands about the row whose menu was asked for last. */
export function useRowMenu({
  select,
  fold,
  lineOf
}: {
  readonly select: (row: MappingRow) => void
  readonly fold: (row: MappingRow) => void
  /** The row for a spreadsheet, with a header. */
  readonly lineOf: (row: MappingRow) => readonly (readonly (string | number)[])[]
}) {
  const [workbench, menu] = [useWorkbench(), useContextMenu()]
  const asked = shallowRef<{ readonly row: MappingRow; readonly cell: HTMLElement | undefined }>()
  const isAsked = (): boolean => asked.value !== undefined
  const copy = (): Promise<void> =>
    workbench.attempt(async () => {
      const lines = lineOf(asked.value!.row).map((line) => line.join('\t'))
      await navigator.clipboard.writeText(lines.join('\n'))
      workbench.notify('The row is copied, with what its columns are.')
    })
  useCommands([
    {
      id: 'mapping.try',
      about: ['row'],
      enabled: () => asked.value?.cell?.isConnected ?? false,
      run: () => asked.value!.cell!.click()
    },
    {
      id: 'mapping.fold',
      about: ['row'],
      enabled: isAsked,
      run: () => fold(asked.value!.row)
    },
    { id: 'mapping.copyRow', about: ['row'], enabled: isAsked, run: copy }
  ])
  /** @param event of the row, which is selected before its menu opens */
  return (event: MouseEvent, row: MappingRow): void => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-cell]') ?? undefined
    asked.value = { row, cell }
    select(row)
    menu.open(event, { kind: 'row', title: `${row.name}, ${row.plan}` })
  }
}
