import type { Ref } from 'vue'
import type { SceneDie } from '../../core/chip/editing/wafer-scene.ts'
import { useCommands } from '../stores/commands.ts'
import { withoutTop } from './layer-stack.ts'
import type { Box } from './viewport.ts'
import { shownAtFirst, type LayerName } from './wafer-overlay.ts'

/** What can be done with a wafer that has tools, by keys, menus and palette. */
export function useWaferCommands({
  layers,
  present,
  selected,
  fit,
  say
}: {
  readonly layers: Ref<ReadonlySet<LayerName>>
  /** Layers that the wafer has something on. */
  readonly present: () => readonly LayerName[]
  readonly selected: () => SceneDie | undefined
  /** Shows a part of the wafer, or all of it. */
  readonly fit: (box?: Box) => void
  /** Reads out. */
  readonly say: (text: string) => void
}): void {
  /** What was shown before the first layer was lifted off; all of it comes back after the last. */
  let whole: ReadonlySet<LayerName> | undefined
  function liftTop(): void {
    const { top, rest } = withoutTop(layers.value, present())
    if (top) whole ??= layers.value
    layers.value = top ? rest : (whole ?? shownAtFirst)
    say(top ? `${top} hidden` : 'all layers shown')
    if (!top) whole = undefined
  }
  useCommands([
    {
      id: 'wafer.layers',
      about: ['die', 'link'],
      run: liftTop
    },
    {
      id: 'wafer.fitDie',
      about: ['die'],
      enabled: () => selected() !== undefined,
      run: () => fit(selected()?.site)
    },
    {
      id: 'wafer.fit',
      about: ['die', 'link'],
      run: () => fit()
    }
  ])
}
