import * as z from 'zod'
import { recall, remember } from '../stores/page-memory.ts'

/** A text that somebody typed into a field and had not left yet. */
const Typed = z.object({ address: z.string(), field: z.string(), text: z.string() })
type Typed = z.infer<typeof Typed>
type Field = HTMLInputElement | HTMLTextAreaElement

const PREFIX = 'tmac-typing:'
const own = PREFIX + crypto.randomUUID()

/** Whether others know that what this page keeps is not theirs, as long as it lives; what they would take is not kept. */
let isClaimed = false
/** The field of which the text is kept. */
let kept: Field | undefined

/** @throws where pages may keep nothing */
async function claim(): Promise<void> {
  await navigator.locks.request(own, () => {
    isClaimed = true
    return new Promise<never>(() => undefined)
  })
}

/** What pages kept that are no more, by the name under which it is kept. */
const left = new Map<string, Typed>()

/** Looks for texts of pages that ended while somebody typed in them; fields that come up later take theirs. */
export async function findLeftTyping(): Promise<void> {
  claim().catch(() => undefined)
  try {
    const { held = [] } = await navigator.locks.query()
    const living = new Set(held.map(({ name }) => name))
    for (const name of Object.keys(window.localStorage)) {
      if (!name.startsWith(PREFIX) || living.has(name)) continue
      const typed = recall('localStorage', name, Typed)
      if (typed) left.set(name, typed)
      else remember('localStorage', name, undefined)
    }
  } catch {
    // A forbidden memory has kept none.
  }
}

/** What a field is called: of its label what stands first, as what comes behind may be a unit or a fault. */
export function fieldName(field: Field): string {
  const words = Array.from(field.labels?.[0]?.childNodes ?? [], ({ textContent }) => textContent?.trim() ?? '')
  return (field.ariaLabel ?? words.find((one) => one !== '') ?? field.placeholder).slice(0, 200)
}

/** What a field is called, which of those of this name it is, and of which block, as one of a report's blocks at a time shows its fields. */
function fieldKey(field: Field): string {
  const name = fieldName(field)
  const alike = [...document.querySelectorAll<Field>('input, textarea')].filter((one) => fieldName(one) === name)
  const block = field.closest<HTMLElement>('[data-block]')?.dataset['block'] ?? ''
  return `${name} ${alike.indexOf(field)} ${block}`
}

/** Keeps what is typed until it is taken over or given up. */
export function keepTyping(field: Field): void {
  // Of what is no number yet, as 1e, a field of numbers tells nothing.
  if (!isClaimed || field.validity.badInput) return forgetTyping(field)
  kept = field
  const typed: Typed = { address: window.location.hash, field: fieldKey(field), text: field.value }
  remember('localStorage', own, typed)
}
export function forgetTyping(field: Field): void {
  if (kept !== field) return
  kept = undefined
  remember('localStorage', own, undefined)
}

/** The text that was being typed into this field when a page ended; given once, by whichever page asks first. */
export function leftTyping(field: Field): string | undefined {
  if (left.size === 0) return undefined
  const [address, called] = [window.location.hash, fieldKey(field)]
  for (const [name, typed] of left) {
    if (typed.address !== address || typed.field !== called) continue
    left.delete(name)
    const isThere = recall('localStorage', name, Typed) !== undefined
    remember('localStorage', name, undefined)
    if (isThere) return typed.text
  }
  return undefined
}
