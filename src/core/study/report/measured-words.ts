import { formatNumber } from '../../format/format-number.ts'
import { formatShare } from '../../format/format-quantity.ts'
import type { Measured } from '../measure.ts'
import type { Measure } from '../study-spec.ts'

/** Measures that are shares; the others are ratios. */
const shares: ReadonlySet<Measure['of']> = new Set(['unfit', 'gap', 'beaten'])

export const valueWords = (of: Measure['of'], value: number): string =>
  shares.has(of) ? formatShare(value) : `${formatNumber(value)}×`

/** '2.31× (1.90× to 2.80×), 12 of 18': the value, its interval where there is one, and how many cases it is made of. */
export function measuredWords(of: Measure['of'], { value, interval, counted, cases }: Measured): string {
  if (value === undefined) return cases === 0 ? 'no case' : `none of ${cases}`
  const range = interval ? ` (${valueWords(of, interval.low)} to ${valueWords(of, interval.high)})` : ''
  return `${valueWords(of, value)}${range}, ${counted === cases ? cases : `${counted} of ${cases}`}`
}
