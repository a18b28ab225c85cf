import type { ChipSpec } from './chip-spec.ts'
import { numericLeaves } from './numeric-leaves.ts'

/** A number of a chip that lies far outside of what known chips have. */
export interface ImplausibleNumber {
  readonly path: string
  readonly value: number
  /** Least and greatest value among the known chips. */
  readonly known: readonly [number, number]
}

/** Beyond the known by this much, a wrong unit is likelier than a new record: bits for bytes are 8, a slipped prefix is 1,000. */
const FAR = 8

/** Only physical quantities have a unit to get wrong. */
const hasUnit = (path: string): boolean => /_[A-Za-z0-9]+$/.test(path)

/** Numbers with a unit that are 8 times below the least or above the greatest of the known chips of the same kind. */
export function implausibleNumbers(chip: ChipSpec, known: readonly ChipSpec[]): readonly ImplausibleNumber[] {
  const ranges = new Map<string, [number, number]>()
  for (const one of known.filter(({ kind }) => kind === chip.kind))
    for (const [path, value] of numericLeaves(one)) {
      if (typeof value !== 'number' || value <= 0 || !hasUnit(path)) continue
      const [least, greatest] = ranges.get(path) ?? [value, value]
      ranges.set(path, [Math.min(least, value), Math.max(greatest, value)])
    }
  return [...numericLeaves(chip)].flatMap(([path, value]) => {
    const range = ranges.get(path)
    if (!range || typeof value !== 'number' || value <= 0) return []
    return value < range[0] / FAR || value > range[1] * FAR ? [{ path, value, known: range }] : []
  })
}
