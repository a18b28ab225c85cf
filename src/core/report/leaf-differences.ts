/** A member that differs between things, by its dotted path; undefined where a thing does not have it. */
export interface Difference {
  readonly path: string
  readonly values: readonly unknown[]
}

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object'

/** Members of a value by dotted path. A list of plain values is one member. */
export function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (isPlain(value) || (Array.isArray(value) && value.every(isPlain))) return new Map([[path, value]])
  const inner = Array.isArray(value)
    ? value.map((item, index) => leaves(item, `${path}[${index}]`))
    : Object.entries(value as object).map(([key, member]) => leaves(member, path ? `${path}.${key}` : key))
  return new Map(inner.flatMap((part) => [...part]))
}

/** What is not the same in all of the values, in the order in which members are first met. */
export function leafDifferences(values: readonly unknown[]): Difference[] {
  const each = values.map((value) => leaves(value))
  const paths = new Set(each.flatMap((members) => [...members.keys()]))
  return [...paths]
    .map((path) => ({ path, values: each.map((members) => members.get(path)) }))
    .filter((difference) => new Set(difference.values.map((value) => JSON.stringify(value))).size > 1)
}
