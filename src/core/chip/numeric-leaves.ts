import type { ChipSpec } from './chip-spec.ts'

/**
 * Every number of a chip by its path, as `die.clock_Hz`: what `provenance` must account for. A range [low, high] is
 * one leaf, and a waived limit (null) is a leaf as well, because somebody decided it.
 */
export function numericLeaves(chip: ChipSpec): ReadonlyMap<string, unknown> {
  const leaves = new Map<string, unknown>()
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'number' || value === null || Array.isArray(value)) leaves.set(path, value)
    else if (typeof value === 'object')
      for (const [key, member] of Object.entries(value)) visit(member, path ? `${path}.${key}` : key)
  }
  const { provenance: _, ...numbers } = chip
  visit(numbers, '')
  return leaves
}
