import { onScopeDispose } from 'vue'
import { useCommandStore } from '../stores/commands.ts'
import { chordOf } from '../stores/key-chord.ts'
import { useWorkbench } from '../stores/workbench.ts'

/**
 * Esc, and the key of Undo, give up what is being dragged, wherever the keyboard is: pressing on a drawing does not bring it there, and
 * Undo would take back what was done before. So does leaving the drawing by any other key, as in the editors of layouts that people know; as
 * the drawing is out of sight then, it is said.
 * @param cancel what gives it up
 * @param dragged what is being dragged in words that begin a sentence, where it would have become an edit
 * @returns what is told when a drag begins, and when it ends
 */
export function useGivingUp(
  cancel: () => void,
  dragged: () => string | undefined
): { readonly begin: () => void; readonly end: () => void } {
  const { keyOf } = useCommandStore()
  const { notify } = useWorkbench()
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' && chordOf(event) !== keyOf('edit.undo')) return
    event.preventDefault()
    event.stopPropagation()
    cancel()
  }
  const end = (): void => window.removeEventListener('keydown', press, { capture: true })
  onScopeDispose(() => {
    const what = dragged()
    cancel()
    if (what !== undefined) notify(`${what} was given up: you left before you let go of it. Nothing has changed.`)
  })
  return { begin: () => window.addEventListener('keydown', press, { capture: true }), end }
}
