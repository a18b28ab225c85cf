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

const fourDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })

/** Below it a number is mostly zeros, and an exponent says more. */
const LEAST_PLAIN = 1e-9

/** A number for a sentence: four significant digits, thousands set off, an exponent only for what is next to nothing. */
export const shownNumber = (value: number): string =>
  value !== 0 && Math.abs(value) < LEAST_PLAIN ? value.toExponential(3) : fourDigits.format(value)

const shownShare = (share: number): string => `${shownNumber(Math.abs(share) * 100)}%`

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
  const excess = limit > 0 ? `, ${shownShare(value / limit - 1)} over` : ''
  const words = unit.replace('mm2', 'mm²')
  const message = `${subject}: ${shownNumber(value)} ${words} of ${shownNumber(limit)} ${words}${ok ? '' : excess}`
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
  const message = `${subject}: ${shownNumber(value)}, at least ${shownNumber(limit)} wanted${ok ? '' : `, ${shownShare(value / limit - 1)} short`}`
  return { name, value, limit, unit, ok, waived: false, margin: value / limit - 1, message, fix: ok ? '' : fix }
}
