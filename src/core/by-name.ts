import { nearest } from './nearest.ts'
import { Problem } from './problem.ts'

/**
 * The item of that name.
 * @param kind what it is, as in `no chip is called 'wse'`
 * @throws Problem `unknown-name` with the nearest name, or all names when none is near
 */
export function byName<Item extends { readonly name: string }>(
  items: readonly Item[],
  name: string,
  kind: string,
  path = kind
): Item {
  const found = items.find((item) => item.name === name)
  if (found) return found
  const names = items.map((item) => item.name)
  const guess = nearest(name, names)
  throw new Problem(
    'unknown-name',
    `no ${kind} is called '${name}'; ${guess ? `did you mean '${guess}'?` : `known: ${names.join(', ')}`}`,
    path
  )
}
