import { Problem } from '../../core/problem.ts'
import { jsonFault } from './json-fault.ts'

/** No spec nests a tenth as deep; what recurses over a parsed value must not meet a hostile tower of brackets. */
const MOST_LEVELS = 100

const place = (text: string, offset: number): string => {
  const before = text.slice(0, offset)
  return `line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`
}

/** Offset of the first bracket nested deeper than allowed, or -1. Brackets inside strings do not count. */
function tooDeepAt(text: string): number {
  let level = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 92) at++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 123 || code === 91) {
      if (++level > MOST_LEVELS) return at
    } else if (code === 125 || code === 93) level--
  }
  return -1
}

/** Whether any object inside has a member of its own called __proto__, which copies of it would lose or obey. */
function hasPrototypeKey(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey)
}

/**
 * Parses JSON from outside.
 * @param what names the text for the message, e.g. `model file 'gpt.json'`
 * @throws Problem `bad-json` with the line and column where it breaks, or where it nests too deep; `bad-input` for a __proto__ key
 */
export function parseJson(text: string, what: string): unknown {
  const deep = tooDeepAt(text)
  if (deep >= 0)
    throw new Problem('bad-json', `${what} nests more than ${MOST_LEVELS} levels deep at ${place(text, deep)}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const fault = jsonFault(text)
    throw new Problem(
      'bad-json',
      fault
        ? `${what} is not JSON: ${place(text, fault.offset)}: ${fault.message}`
        : `${what} is not JSON that this program can read`
    )
  }
  if (/__proto__|\\u005f/i.test(text) && hasPrototypeKey(value))
    throw new Problem('bad-input', `${what} has a key '__proto__', which no spec has; remove it`, '__proto__')
  return value
}
