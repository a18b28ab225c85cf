import { defineStore } from 'pinia'
import { computed, onMounted, onUnmounted, shallowRef } from 'vue'
import { chordOf, isPlain } from './key-chord.ts'
import { useSettings } from './settings.ts'

export const menus = ['File', 'Edit', 'View', 'Go', 'Model', 'Chip', 'Search', 'Results', 'Tools', 'Help'] as const
export type MenuName = (typeof menus)[number]

/** Things with a menu of their own. */
export type ObjectKind = 'die' | 'link' | 'point' | 'row' | 'slice' | 'document' | 'run'

/** Something a person can do; menus, palette, keys and context menus are made of these. */
export interface Command {
  /** Stays the same for ever: keys are remapped by it. */
  readonly id: string
  readonly title: string
  readonly menu: MenuName
  /** A chord as `Ctrl+Shift+P`; a person may set another. */
  readonly keys?: string
  /** Chords that do the same and cannot be remapped. */
  readonly alsoKeys?: readonly string[]
  /** Objects in whose context menu it stands. */
  readonly about?: readonly ObjectKind[] | 'any'
  readonly enabled?: () => boolean
  readonly run: () => unknown
}

/** Whether text is typed there. */
export const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

export const useCommandStore = defineStore('commands', () => {
  const groups = shallowRef<readonly (readonly Command[])[]>([])
  const settings = useSettings()

  /** All there are now. Of two with one id the newer counts, so that a view can take a general command over. */
  const all = computed(() => [...new Map(groups.value.flat().map((command) => [command.id, command])).values()])
  const isEnabled = (command: Command): boolean => command.enabled?.() ?? true
  const keysOf = (command: Command): string => settings.value.keys[command.id] ?? command.keys ?? ''
  /** Commands about an object, what its own view gives before what those around it do. */
  const about = (kind: ObjectKind): Command[] =>
    groups.value
      .toReversed()
      .flat()
      .filter((one) => one.about !== 'any' && one.about?.includes(kind) && all.value.includes(one))
  const inMenu = (menu: MenuName): Command[] => all.value.filter((command) => command.menu === menu)

  function run(id: string): void {
    const command = all.value.find((one) => one.id === id)
    if (command && isEnabled(command)) command.run()
  }

  /** Runs what a key stands for; the newest enabled command with the chord wins. */
  function press(event: KeyboardEvent): void {
    const chord = chordOf(event)
    if (chord === undefined || event.defaultPrevented) return
    const inView = event.target instanceof Element && event.target.closest('main') !== null
    if (isPlain(chord) && (isField(event.target) || !inView)) return
    const command = all.value.findLast(
      (one) => (keysOf(one) === chord || (one.alsoKeys?.includes(chord) ?? false)) && isEnabled(one)
    )
    if (!command) return
    event.preventDefault()
    command.run()
  }

  function add(commands: readonly Command[]): () => void {
    groups.value = [...groups.value, commands]
    return () => (groups.value = groups.value.filter((one) => one !== commands))
  }

  return { all, isEnabled, keysOf, inMenu, about, run, press, add }
})

/** Gives commands for the life of the component that calls this. */
export function useCommands(commands: readonly Command[]): void {
  const store = useCommandStore()
  let remove: (() => void) | undefined
  onMounted(() => (remove = store.add(commands)))
  onUnmounted(() => remove?.())
}
