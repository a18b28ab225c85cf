import { ref, type ComputedRef, type Ref } from 'vue'
import type { ChipSpec, WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { writeFloorplan } from '../../../core/chip/editing/hotspot-floorplan.ts'
import { floorplanFigure } from '../../../core/report/floorplan-map.ts'
import { useFigureItems } from '../../charts/figure-items.ts'
import { Problem } from '../../../core/problem.ts'
import { messageOf } from '../../client.ts'
import { useCommands } from '../../stores/commands.ts'
import { useWorkbench } from '../../stores/workbench.ts'
import { chipOfText, chipText, download, LONGEST_TEXT } from './chip-exchange.ts'

/** Bytes of a character at most. */
const CHARACTER_B = 4
const MOST_B = CHARACTER_B * LONGEST_TEXT

export interface ChipExchange {
  /** Why what was given is no chip; empty when nothing is wrong. */
  readonly problem: Ref<string>
  /** Ways out, for a menu. */
  readonly exports: readonly { readonly title: string; readonly run: () => unknown }[]
  readFile(event: Event): Promise<void>
  drop(event: DragEvent): Promise<void>
}

/** The ways of a chip in and out of its editor: files, the clipboard and drops, as JSON or as a HotSpot floorplan. */
export function useChipExchange({
  before,
  edit
}: {
  /** The chip as it is kept. */
  readonly before: ComputedRef<WaferChipSpec>
  readonly edit: (label: string, next: ChipSpec) => void
}): ChipExchange {
  const workbench = useWorkbench()
  const problem = ref('')
  async function attempt(action: () => unknown): Promise<void> {
    problem.value = ''
    try {
      await action()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const take = (text: string, from: string): Promise<void> =>
    attempt(() => edit(`${from} a chip`, chipOfText(text, before.value)))
  const copy = (): Promise<void> =>
    attempt(async () => {
      await navigator.clipboard.writeText(chipText(before.value))
      workbench.notify('The chip is on the clipboard as JSON.')
    })
  const takeFile = (file: File, from: string): Promise<void> =>
    attempt(async () => {
      // Before it is read: a file of gigabytes would hold up the page.
      if (file.size > MOST_B)
        throw new Problem('bad-input', `‘${file.name}’ has ${file.size} B; a chip has ${MOST_B} B at most.`)
      await take(await file.text(), from)
    })
  const paste = (): Promise<void> => attempt(async () => take(await navigator.clipboard.readText(), 'Paste'))
  const fileName = (): string => before.value.name.replace(/[^\w.-]+/g, '-')
  const saveJson = (): void => download(`${fileName()}.json`, chipText(before.value))
  const saveFloorplan = (): void => download(`${fileName()}.flp`, writeFloorplan(before.value))

  const picture = useFigureItems(() => ({ ...floorplanFigure(before.value), name: fileName() }), 'Wafer')
  useCommands([
    { id: 'chip.copy', run: copy },
    { id: 'chip.paste', run: paste },
    { id: 'chip.export-json', run: saveJson },
    { id: 'chip.export-flp', run: saveFloorplan }
  ])
  return {
    problem,
    exports: [
      { title: 'Chip as JSON', run: saveJson },
      { title: 'HotSpot floorplan (.flp)', run: saveFloorplan },
      ...picture,
      { title: 'Copy as JSON', run: copy },
      { title: 'Paste a chip', run: paste }
    ],
    async readFile(event) {
      const input = event.target as HTMLInputElement
      const [file] = input.files ?? []
      input.value = ''
      if (file) await takeFile(file, `Import ${file.name} as`)
    },
    async drop(event) {
      const [file] = event.dataTransfer?.files ?? []
      if (file) await takeFile(file, 'Drop')
    }
  }
}
