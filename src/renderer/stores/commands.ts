import { defineStore } from 'pinia'
import { computed, onMounted, onUnmounted, shallowRef } from 'vue'
import { hasNoFocus } from '../components/focus-view.ts'
import { commandTable, type CommandEntry, type CommandId, type MenuName } from './command-table.ts'
import { chordOf, isPlain, shownChord } from './key-chord.ts'
import { useSettings } from './settings.ts'

/** Things with a menu of their own. */
export type ObjectKind = 'die' | 'link' | 'point' | 'row' | 'slice' | 'document' | 'run' | 'key' | 'gene' | 'field'

/** What a part of the page does for a command of the table. */
export interface CommandAction {
  readonly id: CommandId
  /** Objects in whose context menu it stands. */
  readonly about?: readonly ObjectKind[] | 'any'
  readonly enabled?: () => boolean
  readonly run: () => unknown
}
/** Something a person can do now; menus, palette, keys and context menus are made of these. */
export type Command = CommandEntry & CommandAction

/** Whether text is typed there. */
export const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

const isMac = /Mac/.test(navigator.userAgent)

export const useCommandStore = defineStore('commands', () => {
  const groups = shallowRef<readonly (readonly Command[])[]>([])
  const settings = useSettings()

  /** All there are now. Of two with one id the newer counts, so that a view can take a general command over. */
  const all = computed(() => [...new Map(groups.value.flat().map((command) => [command.id, command])).values()])
  const isEnabled = (command: Command): boolean => command.enabled?.() ?? true
  const keysOf = (command: Pick<Command, 'id' | 'keys'>): string => settings.value.keys[command.id] ?? command.keys
  /** The chord of a command, whether or not it can be run here. */
  const keyOf = (id: CommandId): string => keysOf({ id, keys: commandTable[id].keys })
  /** The chord of a command in the words of the platform's own menus, '' for none. */
  const shownKeys = (id: CommandId): string => shownChord(keyOf(id), isMac)
  /** What a tooltip says of a command: what it does, with its key where it has one. */
  const hint = (words: string, id: CommandId): string => {
    const keys = shownKeys(id)
    return keys ? `${words} (${keys})` : words
  }
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
    // Where what had the keyboard has gone, as a button with the view before, the view has it.
    const inView = hasNoFocus() || (event.target instanceof Element && event.target.closest('main') !== null)
    if (isPlain(chord) && (isField(event.target) || !inView)) return
    const command = all.value.findLast(
      (one) => (keysOf(one) === chord || one.alsoKeys.includes(chord)) && isEnabled(one)
    )
    if (!command) return
    event.preventDefault()
    command.run()
  }

  function add(actions: readonly CommandAction[]): () => void {
    const commands = actions.map((action) => ({ ...commandTable[action.id], ...action }))
    groups.value = [...groups.value, commands]
    return () => (groups.value = groups.value.filter((one) => one !== commands))
  }

  return { all, isEnabled, keysOf, keyOf, shownKeys, hint, inMenu, about, run, press, add }
})

/** Gives what commands do for the life of the component that calls this. */
export function useCommands(actions: readonly CommandAction[]): void {
  const store = useCommandStore()
  let remove: (() => void) | undefined
  onMounted(() => (remove = store.add(actions)))
  onUnmounted(() => remove?.())
}
