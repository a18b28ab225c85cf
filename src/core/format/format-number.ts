const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** 1234567 as '1,234,567'; the sign and what follows the point stay. */
export function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? parts : `${parts}.${fraction}`
}

const powerOfTen = (exponent: number): string =>
  `10${exponent < 0 ? '⁻' : ''}${[...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join('')}`

/**
 * A number for reading: so many significant digits, whole digits never dropped, thousands grouped, trailing zeros kept as they tell the
 * precision; powers of ten outside 10^-4 .. 10^15.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'not a number'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (value === 0) return '0'
  const magnitude = Math.abs(value)
  const sign = value < 0 ? '−' : ''
  if (magnitude < 1e-4 || magnitude >= 1e15) {
    const [mantissa, exponent] = magnitude.toExponential(digits - 1).split('e')
    return `${sign}${mantissa} × ${powerOfTen(Number(exponent))}`
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Number(magnitude.toPrecision(digits)))))
  return sign + grouped(magnitude.toFixed(decimals))
}

/** A number as it was stated, a count for one: no digit dropped, none added. */
export const formatCount = (value: number): string =>
  Number.isFinite(value) && Math.abs(value) < 1e15 ? grouped(String(value)).replace('-', '−') : formatNumber(value)

/** A count too large to be read as its power of ten: 'about 10¹³'. */
export const formatMagnitude = (count: number): string =>
  count < 1e6 ? formatCount(Math.round(count)) : `about ${powerOfTen(Math.round(Math.log10(count)))}`

const prefixes = [
  [1e18, 'E'],
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p']
] as const

const binaryPrefixes = [
  [2 ** 60, 'Ei'],
  [2 ** 50, 'Pi'],
  [2 ** 40, 'Ti'],
  [2 ** 30, 'Gi'],
  [2 ** 20, 'Mi'],
  [2 ** 10, 'Ki'],
  [1, '']
] as const

/** A number with a binary prefix before its unit, as '11.5 GiB'; the mantissa as printed lies in 1 to 1,023. */
export function formatBinary(value: number, unit: string, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return `${formatNumber(value)} ${unit}`
  const magnitude = Math.abs(value)
  const at = binaryPrefixes.findIndex(([size]) => magnitude >= size)
  const [factor, prefix] = binaryPrefixes[at < 0 ? binaryPrefixes.length - 1 : at]!
  // What rounds up to 1,024 is one of the next.
  const [larger, largerPrefix] = binaryPrefixes[at - 1] ?? [factor, prefix]
  const isNext = larger !== factor && Math.round(magnitude / factor) >= 1024
  return isNext
    ? `${formatNumber(value / larger, digits)} ${largerPrefix}${unit}`
    : `${formatNumber(value / factor, digits)} ${prefix}${unit}`
}

/** The largest decimal prefix, of those between two sizes, of which a magnitude holds one at least, with its size; else the smallest. */
export function prefixOf(
  magnitude: number,
  smallest = 1e-12,
  largest = 1e18
): readonly [factor: number, prefix: string] {
  const usable = prefixes.filter(([factor]) => factor >= smallest && factor <= largest)
  return usable.find(([size]) => magnitude >= size) ?? usable.at(-1)!
}

/** A number with a decimal prefix before its unit, as '12.3 GB'; the mantissa as printed lies in 1 to 999. */
export function formatPrefixed(value: number, unit: string, digits = 3, smallest = 1e-12): string {
  if (value === 0 || !Number.isFinite(value)) return `${formatNumber(value)} ${unit}`
  const magnitude = Number(Math.abs(value).toPrecision(digits))
  const [factor, prefix] = prefixOf(magnitude, smallest)
  return `${formatNumber(value / factor, digits)} ${prefix}${unit}`
}
