import { Problem } from '../../problem.ts'

/** What of a mesh is broken. Dies by number, row by row with wafers one below the other; wires by the two neighbours they join. */
export interface MeshDamage {
  readonly deadDies?: readonly number[]
  /** Wires that carry nothing, in neither direction. */
  readonly deadLinks?: readonly (readonly [number, number])[]
  /** Wires that keep `share` of their bandwidth (above 0, at most 1), both ways. */
  readonly slowLinks?: readonly { readonly dies: readonly [number, number]; readonly share: number }[]
}

/**
 * @param rows of all wafers together
 * @throws Problem `bad-input` for a die that is not there, two dies that are no neighbours, or a share outside (0, 1]
 */
export function checkDamage(
  { deadDies = [], deadLinks = [], slowLinks = [] }: MeshDamage,
  rows: number,
  columns: number
): void {
  const dies = rows * columns
  const fail = (path: string, value: unknown, message: string): never => {
    throw new Problem('bad-input', `${path} is ${JSON.stringify(value)}: ${message}`, path)
  }
  const place = `dies are numbered 0 to ${dies - 1}, row by row on ${rows} rows x ${columns} columns`
  const exists = (die: number): boolean => Number.isInteger(die) && die >= 0 && die < dies
  const joined = ([a, b]: readonly [number, number]): boolean =>
    exists(a) && exists(b) && (Math.abs(a - b) === columns || (Math.abs(a - b) === 1 && Math.max(a, b) % columns !== 0))
  deadDies.forEach((die, index) => exists(die) || fail(`deadDies[${index}]`, die, `no such die; ${place}`))
  deadLinks.forEach((pair, index) => joined(pair) || fail(`deadLinks[${index}]`, pair, `no neighbours; ${place}`))
  slowLinks.forEach(({ dies: pair, share }, index) => {
    if (!joined(pair)) fail(`slowLinks[${index}].dies`, pair, `no neighbours; ${place}`)
    if (!(share > 0 && share <= 1))
      fail(
        `slowLinks[${index}].share`,
        share,
        'a share of bandwidth above 0 and at most 1; name a dead wire in deadLinks'
      )
  })
}
