import { dotted, Problem } from '../../../core/problem.ts'

/** Path of the first number inside a value that JSON does not carry exactly, undefined where there is none. */
function inexactNumber(value: unknown): readonly PropertyKey[] | undefined {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER ? [] : undefined
  if (value === null || typeof value !== 'object') return undefined
  for (const [key, member] of Object.entries(value)) {
    const inner = inexactNumber(member)
    if (inner) return [Array.isArray(value) ? Number(key) : key, ...inner]
  }
  return undefined
}

/**
 * The id of a request, null where it has none.
 * @throws Problem for a number, also inside, that would not come back as it was written
 */
export function idOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, 'id')) return null
  const { id } = value as { id: unknown }
  const inexact = inexactNumber(id)
  if (!inexact) return id
  const path = dotted(['id', ...inexact])
  throw new Problem('bad-input', `'${path}' is a number beyond 2^53, which loses digits; give it as a string`, path)
}

const text = /"(?:[^"\\]|\\.)*"/y
/** A word or number as the value of the key before it; what ends the text may be cut off. */
const idValue = /\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)\s*[,}]/y

/** The scalar id that a line states outermost, though the line as a whole is not JSON; null where none, or more than one, can be told. */
export function recognisedId(line: string): unknown {
  const found: string[] = []
  let level = 0
  for (let at = 0; at < line.length; at++) {
    const mark = line[at]
    if (mark === '{' || mark === '[') level++
    else if (mark === '}' || mark === ']') level--
    if (mark !== '"') continue
    text.lastIndex = at
    const [word] = text.exec(line) ?? []
    if (word === undefined) break
    at += word.length - 1
    if (level !== 1 || word !== '"id"') continue
    idValue.lastIndex = at + 1
    const [, value] = idValue.exec(line) ?? []
    if (value !== undefined) found.push(value)
  }
  if (found.length !== 1) return null
  try {
    return idOf({ id: JSON.parse(found[0]!) })
  } catch {
    return null
  }
}
