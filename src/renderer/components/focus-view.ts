/** Gives the keyboard to the view: its keys act, and the next Tab goes to what is first in it. */
export const focusView = (): void => document.querySelector('main')?.focus({ preventScroll: true })

/** Whether nothing has the keyboard: what had it has gone, or nothing has been given it yet. No dialog is open that waits for it. */
export const hasNoFocus = (): boolean =>
  [null, document.body].includes(document.activeElement as HTMLElement | null) &&
  document.querySelector(':modal') === null
