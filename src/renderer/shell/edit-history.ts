import { contribution } from '../stores/contribution.ts'

/** What can be undone of the thing being edited; menu, keys and the history list act on it. */
export interface EditHistory {
  /** Labels of edits done, the newest last. */
  readonly done: readonly string[]
  /** Labels of edits undone, the next to be done again first. */
  readonly undone: readonly string[]
  readonly undo: (steps: number) => unknown
  readonly redo: (steps: number) => unknown
}
export const histories = contribution<EditHistory | undefined>()
/** Lets Undo and Redo act on the calling component's edits. */
export const useEditHistory = histories.use
