import type * as z from 'zod'
import { issueWords, MISSING } from './issue-words.ts'
import { nearest } from './nearest.ts'
import { keysAt, memberPaths } from './schema-keys.ts'

/** Kinds of trouble a person can cause or meet; hosts turn them into exit codes and screens. */
export const problemCodes = [
  'bad-input',
  'bad-json',
  'unknown-name',
  'illegal-mapping',
  'file-not-found',
  'not-a-file',
  'not-permitted',
  'io-failed',
  'read-only',
  'disk-full',
  'not-a-project',
  'altered-project',
  'newer-version',
  'corrupt-project',
  'locked-project',
  'conflict',
  'usage',
  'infeasible',
  'unreachable',
  'engine-failed'
] as const
export type ProblemCode = (typeof problemCodes)[number]

/** An error whose message is meant for a person: it names the thing, its value, the limit and a fix. */
export class Problem extends Error {
  readonly code: ProblemCode
  /** Where in the input, as `training.globalBatch`; empty when the input as a whole is meant. */
  readonly path: string
  constructor(code: ProblemCode, message: string, path = '') {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.path = path
  }
}

/** A path as people write it: `stages[0].layers`. */
export const dotted = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    ''
  )

const memberAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      inner !== null && typeof inner === 'object' ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value
  )

const shown = (value: unknown): string => {
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value)
  return text === undefined ? 'missing' : text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** What a schema says of a member of a value from outside, as a Problem that names the member and its value. */
export function memberProblem(value: unknown, at: readonly PropertyKey[], words: string): Problem {
  const path = dotted(at)
  return new Problem('bad-input', `${path ? `'${path}' is ` : ''}${shown(memberAt(value, at))}: ${words}`, path)
}

/** Whether a value is of another type than a branch of a union is about, so that the branch says nothing of what is wrong inside it. */
const isOtherType = ([issue]: readonly z.core.$ZodIssue[]): boolean =>
  issue!.path.length === 0 && (issue!.code === 'invalid_type' || issue!.code === 'invalid_value')

/** The issues of a union's closest branch say more than "invalid input" of the union itself. */
function mostTelling(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const branches = issue.errors.filter((branch) => branch.length > 0)
  const closest = branches.sort(
    (a, b) => Number(isOtherType(a)) - Number(isOtherType(b)) || a.length - b.length
  )[0]?.[0]
  return closest ? mostTelling({ ...closest, path: [...issue.path, ...closest.path] }) : issue
}

/** What may have been meant by a key that nobody knows: its place in the schema, the key most like it, or all that there are. */
function keyHint(schema: z.ZodType, value: unknown, path: readonly PropertyKey[], key: string): string {
  const known = keysAt(schema, value, path)
  const elsewhere = memberPaths(schema, value).map((place) => ({
    place,
    last: place.slice(place.lastIndexOf('.') + 1)
  }))
  const same = elsewhere.filter(({ last }) => last === key)
  const longer = key.length >= 3 ? elsewhere.filter(({ last }) => last.startsWith(key)) : []
  // A key of another kind of object is no slip of the pen, so what it resembles says nothing.
  const isForeign = keysAt(schema, value, path, true).includes(key)
  const alike = same.length > 0 || isForeign ? undefined : nearest(key, known)
  const places = same.length > 0 ? same : longer
  const guesses = alike === undefined ? places.slice(0, 3).map(({ place }) => place) : [alike]
  if (guesses.length > 0) return `; did you mean ${guesses.map((guess) => `'${guess}'`).join(' or ')}?`
  return known.length > 0 ? `; known: ${known.join(', ')}` : ''
}

/**
 * Parses a value from outside by its schema.
 * @param what names the input for the message, e.g. `model file gpt.json`
 * @throws Problem `bad-input` naming the path, the value and, for a key nobody knows, the nearest one that exists
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value, { error: issueWords })
  if (result.success) return result.data
  // A misspelt key explains the missing one better than the missing one does.
  const issues = result.error.issues.map(mostTelling)
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const path = dotted(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const hint = keyHint(schema, value, issue.path, key)
    throw new Problem(
      'bad-input',
      `${what}: unknown key '${path ? `${path}.${key}` : key}'${hint}`,
      path ? `${path}.${key}` : key
    )
  }
  const found = memberAt(value, issue.path)
  const isMissing = issue.message === MISSING || (found === undefined && issue.code === 'invalid_union')
  if (isMissing) {
    const kinds = issue.message === MISSING ? '' : `; ${issue.message}`
    throw new Problem('bad-input', `${what}${path ? `: '${path}'` : ''} ${MISSING}${kinds}`, path)
  }
  const subject = path ? `: '${path}' is ${shown(found)}` : issue.code === 'invalid_type' ? ` is ${shown(value)}` : ''
  throw new Problem('bad-input', `${what}${subject}: ${issue.message}`, path)
}
