import { nextTick, type ObjectDirective } from 'vue'
import { useWorkbench } from '../stores/workbench.ts'
import { fieldName, forgetTyping, keepTyping, leftTyping } from './kept-typing.ts'

type Field = HTMLInputElement | HTMLTextAreaElement
type Value = string | number | null | undefined

interface Typing {
  /** What the field shows when nobody types in it. */
  value: string
  /** Whether it holds what was typed and is not taken over yet. */
  isOpen: boolean
  /** Whether the person was told that it became another elsewhere. */
  isTold: boolean
}
const fields = new WeakMap<Field, Typing>()
const textOf = (value: Value): string =>
  value === undefined || value === null || Number.isNaN(value) ? '' : String(value)
const isRefused = (field: Field): boolean => !field.validity.valid || field.ariaInvalid === 'true'

function show(field: Field, typing: Typing): void {
  if (typing.isOpen) forgetTyping(field)
  typing.isOpen = false
  typing.isTold = false
  if (field.value === typing.value) return
  const { selectionStart, selectionEnd } = field
  field.value = typing.value
  // Setting a text moves the caret to its end; fields of numbers have none to ask for.
  if (selectionStart !== null && field === document.activeElement)
    field.setSelectionRange(selectionStart, selectionEnd ?? selectionStart)
}

function press(field: Field, typing: Typing, event: KeyboardEvent): void {
  if (!typing.isOpen) return
  if (event.key === 'Escape') {
    field.setCustomValidity('')
    show(field, typing)
  } else if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey)) return
  // Until it is taken over, what is typed is the field's own: its undo is of letters, not of the document.
  event.stopPropagation()
}

/** Gives a field the keyboard that it had in another page, in sight, unless somebody types elsewhere by now. */
function goOn(field: Field): void {
  for (let fold = field.closest('details'); fold; fold = fold.parentElement!.closest('details')) fold.open = true
  const isTaken =
    document.activeElement?.matches('input, textarea, select') || document.querySelector(':modal') !== null
  if (!isTaken) field.focus()
}

/**
 * `v-typed="value"`: the field shows the value, but what is typed stays until it is taken over (by `change`, or by `input` where every letter
 * is), whoever changes the document meanwhile. Leaving the field keeps what was typed; Escape takes the document's value; what the view
 * refuses stays to be mended. A page that ends with a field open gives its text to the next one.
 */
export const vTyped: ObjectDirective<Field, Value> = {
  mounted(field, { value }) {
    const typing: Typing = { value: textOf(value), isOpen: false, isTold: false }
    fields.set(field, typing)
    show(field, typing)
    let isCommitted = true
    field.addEventListener('input', () => {
      typing.isOpen = true
      isCommitted = false
      keepTyping(field)
    })
    field.addEventListener('keydown', (event) => press(field, typing, event as KeyboardEvent))
    field.addEventListener('change', () => {
      isCommitted = true
      // The view answers first: what it takes over, and whether it refuses.
      void nextTick(() => {
        if (!isRefused(field)) show(field, typing)
      })
    })
    field.addEventListener('blur', () => {
      // A browser compares with what the field had when it was entered, which may be another value than the document has now.
      if (typing.isOpen && !isCommitted) field.dispatchEvent(new Event('change', { bubbles: true }))
    })
    const text = leftTyping(field)
    if (text === undefined || text === typing.value) return
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
    goOn(field)
    useWorkbench().notify(
      `‘${fieldName(field)}’ has again what was being typed when the page ended. Leaving the field keeps it, Esc takes what was there.`
    )
  },
  updated(field, { value }) {
    const typing = fields.get(field)!
    const isOther = typing.value !== textOf(value)
    typing.value = textOf(value)
    if (!typing.isOpen || typing.value === field.value) return show(field, typing)
    if (!isOther || typing.isTold || field !== document.activeElement) return
    typing.isTold = true
    useWorkbench().notify(
      `What you are typing over became ‘${typing.value.slice(0, 40)}’ elsewhere. Leaving the field keeps yours, Esc takes that.`
    )
  },
  // What was refused is given up with its view; a page that ends takes down none.
  beforeUnmount: forgetTyping
}
