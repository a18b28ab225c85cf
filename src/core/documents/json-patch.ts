import {
  compileJSONPointerProp,
  existsIn,
  getIn,
  immutableJSONPatch,
  parsePath,
  revertJSONPatch
} from 'immutable-json-patch'

/** One step of a change, as in RFC 6902; `path` is a JSON pointer (RFC 6901). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
/** What turns one JSON value into another, step by step. */
export type JsonPatch = readonly PatchOperation[]

type Members = Readonly<Record<string, unknown>>

const isMembers = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Whether two JSON values say the same; members that are undefined say nothing. */
export const sameJson = (a: unknown, b: unknown): boolean => patchBetween(a, b).length === 0

/** An array of which more changes may be shorter to say whole; step by step it would take quadratic time to make, too. */
const MANY_STEPS = 500

/**
 * The steps from one JSON value to another, in time linear in their size: members by name, elements of arrays by what the two have in
 * common at their ends, or the array as a whole where most of it is another. (General least edits of arrays are quadratic: too slow for
 * the defects of a wafer.)
 */
export function patchBetween(before: unknown, after: unknown): JsonPatch {
  const steps: PatchOperation[] = []
  compare(before, after, '', steps)
  return steps
}

function compare(before: unknown, after: unknown, path: string, steps: PatchOperation[]): void {
  if (Object.is(before, after)) return
  if (Array.isArray(before) && Array.isArray(after)) return compareElements(before, after, path, steps)
  if (isMembers(before) && isMembers(after)) return compareMembers(before, after, path, steps)
  steps.push({ op: 'replace', path, value: after })
}

function compareMembers(before: Members, after: Members, path: string, steps: PatchOperation[]): void {
  const at = (key: string): string => path + compileJSONPointerProp(key)
  for (const key of Object.keys(before))
    if (before[key] !== undefined && after[key] === undefined) steps.push({ op: 'remove', path: at(key) })
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined) continue
    if (before[key] === undefined) steps.push({ op: 'add', path: at(key), value })
    else compare(before[key], value, at(key), steps)
  }
}

function compareElements(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
  steps: PatchOperation[]
): void {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && sameJson(before[head], after[head])) head++
  let tail = 0
  while (tail < shorter - head && sameJson(before[before.length - 1 - tail], after[after.length - 1 - tail])) tail++
  const [oldEnd, newEnd] = [before.length - tail, after.length - tail]
  const both = Math.min(oldEnd, newEnd)
  const first = steps.length
  for (let index = head; index < both; index++) compare(before[index], after[index], `${path}/${index}`, steps)
  for (let index = oldEnd - 1; index >= both; index--) steps.push({ op: 'remove', path: `${path}/${index}` })
  for (let index = both; index < newEnd; index++)
    steps.push({ op: 'add', path: `${path}/${index}`, value: after[index] })
  if (steps.length - first > MANY_STEPS && JSON.stringify(steps.slice(first)).length > JSON.stringify(after).length)
    steps.splice(first, Infinity, { op: 'replace', path, value: after })
}

/** Whether a step names a place that the value has; the library passes over, or makes up, those that it has not. */
function fits(value: unknown, { op, path }: { readonly op: string; readonly path: string }): boolean {
  const place = parsePath(value, path)
  const last = place.pop()
  if (last === undefined) return true
  if (!existsIn(value, place)) return false
  const holder: unknown = getIn(value, place)
  if (Array.isArray(holder)) return Number(last) <= holder.length - (op === 'add' ? 0 : 1)
  return isMembers(holder) && (op === 'add' || Object.hasOwn(holder, last))
}

/** The value after a change; what did not change is shared with the value before. @throws Error when a step does not fit the value */
export const patched = (value: unknown, patch: JsonPatch): unknown =>
  immutableJSONPatch(value, [...patch], {
    before(document, step) {
      if (!fits(document, step)) throw new Error(`there is no '${step.path}'`)
      return {}
    }
  })

/** What takes a change back from the value that it made. @param before the value that the change starts from */
export const inversePatch = (before: unknown, patch: JsonPatch): JsonPatch =>
  revertJSONPatch(before, [...patch]) as JsonPatch
