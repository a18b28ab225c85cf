import { formatGap, formatIn } from '../format/format-quantity.ts'

/** One budget of a wafer: what it has, what it may have, and what to do when that is too much. */
export interface Verdict {
  readonly name: string
  readonly value: number
  /** null where nothing limits the value. */
  readonly limit: number | null
  readonly unit: string
  readonly ok: boolean
  /** A limit that is broken on purpose, with a reason in the message. */
  readonly waived: boolean
  /** Room left as a share: 0.1 is 10% to spare, -0.1 is 10% short; null where there is nothing to compare. */
  readonly margin: number | null
  readonly message: string
  /** What would bring the value within the limit; empty when it is. */
  readonly fix: string
}

/** Numbers that differ by rounding only are equal: a part in a thousand million. */
const rounding = 1e-9

/**
 * Verdict on a value with an upper limit; margin = limit/value - 1.
 * @param subject what the value is, as the start of a sentence
 */
export function atMost(
  name: string,
  subject: string,
  value: number,
  limit: number,
  unit: string,
  fix: string
): Verdict {
  const ok = value <= limit * (1 + rounding)
  const margin = value > 0 ? limit / value - 1 : null
  const excess = limit > 0 ? `, ${formatGap(value / limit - 1)} over` : ''
  const message = `${subject}: ${formatIn(value, unit)} of ${formatIn(limit, unit)}${ok ? '' : excess}`
  return { name, value, limit, unit, ok, waived: false, margin, message, fix: ok ? '' : fix }
}

/** Verdict on a value with a lower limit; margin = value/limit - 1. */
export function atLeast(
  name: string,
  subject: string,
  value: number,
  limit: number,
  unit: string,
  fix: string
): Verdict {
  const ok = value >= limit * (1 - rounding)
  const lack = ok ? '' : `, ${formatGap(1 - value / limit)} short`
  const message = `${subject}: ${formatIn(value, unit)}, at least ${formatIn(limit, unit)} wanted${lack}`
  return { name, value, limit, unit, ok, waived: false, margin: value / limit - 1, message, fix: ok ? '' : fix }
}
