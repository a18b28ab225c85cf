import { dotted, Problem } from '../../core/problem.ts'
import { jsonFault } from './json-fault.ts'
import { memberCount, repeatedKey } from './repeated-key.ts'

/** No spec nests a tenth as deep; what recurses over a parsed value must not meet a hostile tower of brackets. */
const MOST_LEVELS = 100

const place = (text: string, offset: number): string => {
  const before = text.slice(0, offset)
  const column = `column ${offset - before.lastIndexOf('\n')}`
  return text.includes('\n') ? `line ${before.split('\n').length}, ${column}` : column
}

/** Offset of the first bracket nested deeper than allowed, or -1, and how many colons part a key from its member. */
function scan(text: string): { readonly tooDeepAt: number; readonly members: number } {
  let level = 0
  let members = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 92) at++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 58) members++
    else if (code === 123 || code === 91) {
      if (++level > MOST_LEVELS) return { tooDeepAt: at, members }
    } else if (code === 125 || code === 93) level--
  }
  return { tooDeepAt: -1, members }
}

/** Path of the first member called __proto__ that an object inside has of its own; copies would lose or obey it. */
function prototypeKey(value: unknown): readonly PropertyKey[] | undefined {
  if (value === null || typeof value !== 'object') return undefined
  if (Object.hasOwn(value, '__proto__')) return ['__proto__']
  for (const [key, member] of Object.entries(value)) {
    const inner = prototypeKey(member)
    if (inner) return [Array.isArray(value) ? Number(key) : key, ...inner]
  }
  return undefined
}

/** A JSON text that was read, and the reason why its value is not to be used, if there is one. */
export interface JsonReading {
  readonly value: unknown
  readonly refusal?: Problem
}

/**
 * Reads JSON from outside, for callers who need a part of what they then refuse, as the id of a request.
 * @param what names the text for the message, e.g. `model file 'gpt.json'`
 * @returns the value, with a refusal `bad-input` for a key that stands twice in one object or is called __proto__
 * @throws Problem `bad-json` with the column (and the line, where there are several) where it breaks or nests too deep
 */
export function readJson(text: string, what: string): JsonReading {
  const { tooDeepAt, members } = scan(text)
  if (tooDeepAt >= 0)
    throw new Problem('bad-json', `${what} nests more than ${MOST_LEVELS} levels deep at ${place(text, tooDeepAt)}`)
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
  const repeated = members === memberCount(value) ? undefined : repeatedKey(text)
  if (repeated) {
    const message = `${what} has the key '${repeated.path}' twice, again at ${place(text, repeated.offset)}; keep one`
    return { value, refusal: new Problem('bad-input', message, repeated.path) }
  }
  const prototype = /__proto__|\\u005f/i.test(text) ? prototypeKey(value) : undefined
  if (prototype) {
    const path = dotted(prototype)
    const message = `${what} has a key '${path}', which no spec has; remove it`
    return { value, refusal: new Problem('bad-input', message, path) }
  }
  return { value }
}

/**
 * Parses JSON from outside.
 * @param what names the text for the message, e.g. `model file 'gpt.json'`
 * @throws Problem `bad-json` where it breaks or nests too deep, `bad-input` for a key that stands twice or is called __proto__
 */
export function parseJson(text: string, what: string): unknown {
  const { value, refusal } = readJson(text, what)
  if (refusal) throw refusal
  return value
}
