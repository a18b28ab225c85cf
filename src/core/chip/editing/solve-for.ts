import type { WaferChipSpec } from '../chip-spec.ts'
import type { Verdict } from '../verdict.ts'
import { chipVerdicts } from '../verdicts.ts'
import { numberAt, withMember, type ChipField } from './fields.ts'

/** The value that a field can take to while all locked budgets hold. */
export interface Solution {
  readonly kind: 'solved'
  readonly value: number
  /** Locked budgets that break just beyond the value; empty where the field's own range ends. */
  readonly binding: readonly string[]
}

/** No value of the field keeps all locked budgets: those that are still broken where the fewest are. */
export interface Conflict {
  readonly kind: 'conflict'
  readonly at: number
  readonly broken: readonly Verdict[]
}

/** Values looked at between the ends of a field's range, evenly by their ratio: budgets are smooth between them but for whole dies. */
const SAMPLES = 160
const HALVINGS = 64

function samplesOf({ least, most, isInteger }: ChipField, current: number | undefined): readonly number[] {
  const from = Math.max(least, isInteger ? 1 : most * 1e-9)
  const spread = Array.from({ length: SAMPLES }, (_, at) => from * (most / from) ** (at / (SAMPLES - 1)))
  const all = [least, ...spread.map((value) => (isInteger ? Math.round(value) : value)), most]
  if (current !== undefined) all.push(current)
  return [...new Set(all)].filter((value) => value >= least && value <= most).sort((a, b) => a - b)
}

/**
 * The largest, or smallest, value of a field with which every locked budget holds. Nothing else of the chip changes; every value that it
 * answers has been judged, so no locked budget is ever broken by it.
 * @param locks names of verdicts, as 'shoreline'
 */
export function solveFor(
  chip: WaferChipSpec,
  field: ChipField,
  locks: readonly string[],
  direction: 'largest' | 'smallest' = 'largest'
): Solution | Conflict {
  const brokenAt = (value: number): readonly Verdict[] =>
    chipVerdicts(withMember(chip, field.path, value)).filter(({ name, ok }) => !ok && locks.includes(name))
  const isLegal = (value: number): boolean => field.path !== 'grid.spares' || value < chip.grid.rows * chip.grid.columns
  const samples = samplesOf(field, numberAt(chip, field.path)).filter(isLegal)
  const ordered = direction === 'largest' ? samples.toReversed() : samples
  let [beyond, fewest]: [number | undefined, Conflict | undefined] = [undefined, undefined]
  for (const value of ordered) {
    const broken = brokenAt(value)
    if (broken.length === 0) {
      if (beyond === undefined) return { kind: 'solved', value, binding: [] }
      return boundary(value, beyond, field.isInteger, brokenAt)
    }
    if (!fewest || broken.length < fewest.broken.length) fewest = { kind: 'conflict', at: value, broken }
    beyond = value
  }
  return fewest!
}

/** Between a value that holds and one that does not: the last that holds, to the whole number or to the last digits of a number. */
function boundary(
  holds: number,
  breaks: number,
  isInteger: boolean,
  brokenAt: (value: number) => readonly Verdict[]
): Solution {
  let [inside, outside] = [holds, breaks]
  for (let step = 0; step < HALVINGS; step++) {
    const middle = isInteger ? Math.trunc((inside + outside) / 2) : (inside + outside) / 2
    if (middle === inside || middle === outside) break
    if (brokenAt(middle).length === 0) inside = middle
    else outside = middle
  }
  if (isInteger && Math.abs(outside - inside) > 1 && brokenAt(outside - Math.sign(outside - inside)).length === 0)
    inside = outside - Math.sign(outside - inside)
  return { kind: 'solved', value: inside, binding: brokenAt(outside).map(({ name }) => name) }
}
