import type * as z from 'zod'
import { nearest } from './nearest.ts'

/** What is said of a member that is not there. */
export const MISSING = 'is missing'

const typeWords: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text in double quotes',
  boolean: 'true or false',
  array: 'a list, in square brackets',
  tuple: 'a list, in square brackets',
  object: 'an object, in braces',
  record: 'an object, in braces',
  null: 'null'
}

/** What is counted of things that have a size. */
const sizeWords: Readonly<Record<string, readonly [one: string, many: string]>> = {
  array: ['entry', 'entries'],
  tuple: ['entry', 'entries'],
  string: ['character', 'characters'],
  object: ['key', 'keys'],
  record: ['key', 'keys']
}

/** `at least 3`, of numbers and of sizes. */
function limitWords(origin: string, relation: string, limit: number | bigint): string {
  const size = sizeWords[origin]
  if (!size) return `must be ${relation} ${limit}`
  return `must have ${relation} ${limit} ${Number(limit) === 1 ? size[0] : size[1]}`
}

const quoted = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ')

function choiceWords(values: readonly unknown[], input: unknown): string {
  if (values.length === 1) return `must be ${quoted(values)}`
  const guess = typeof input === 'string' ? nearest(input, values.map(String)) : undefined
  return `${guess === undefined ? '' : `did you mean "${guess}"? `}it can be ${quoted(values)}`
}

/** What is wrong with a value, as a predicate for people: `must be a whole number`; {@link MISSING} for a value that is not there. */
export function issueWords(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined && issue.code !== 'custom') return MISSING
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected as string] ?? String(issue.expected)}`
    case 'too_big': {
      const relation = issue.exact ? 'exactly' : issue.inclusive === false ? 'less than' : 'at most'
      return limitWords(String(issue.origin), relation, issue.maximum as number)
    }
    case 'too_small': {
      const relation = issue.exact ? 'exactly' : issue.inclusive === false ? 'more than' : 'at least'
      return limitWords(String(issue.origin), relation, issue.minimum as number)
    }
    case 'invalid_value':
      return choiceWords(issue.values as readonly unknown[], issue.input)
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`
    case 'invalid_union':
      return Array.isArray(issue.options) && issue.options.length > 0
        ? choiceWords(issue.options, undefined)
        : 'is none of the things that can stand here'
    case 'invalid_format':
      return `is not written as ${String(issue.format)} is`
    case 'invalid_key':
      return 'has a key that it cannot have'
    case 'invalid_element':
      return 'has an entry that it cannot have'
    default:
      return 'cannot stand here'
  }
}
