import { onScopeDispose } from 'vue'
import { useCommandStore } from '../stores/commands.ts'
import { chordOf } from '../stores/key-chord.ts'

/**
 * Esc, and the key of Undo, give up what is being dragged, wherever the keyboard is: pressing on a drawing does not bring it there, and
 * Undo would take back what was done before.
 * @returns what is told when a drag begins, and when it ends
 */
export function useGivingUp(cancel: () => void): { readonly begin: () => void; readonly end: () => void } {
  const { keyOf } = useCommandStore()
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' && chordOf(event) !== keyOf('edit.undo')) return
    event.preventDefault()
    event.stopPropagation()
    cancel()
  }
  const end = (): void => window.removeEventListener('keydown', press, { capture: true })
  onScopeDispose(end)
  return { begin: () => window.addEventListener('keydown', press, { capture: true }), end }
}
