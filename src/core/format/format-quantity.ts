import { formatBinary, formatCount, formatNumber, formatPrefixed, grouped } from './format-number.ts'

/** Seconds as s, ms, µs or ns. */
export const formatTime_s = (value: number): string =>
  value >= 1 ? `${formatNumber(value)} s` : formatPrefixed(value, 's')
/** How bytes are told: 1 GB is 10^9 bytes, 1 GiB is 2^30. */
export const byteUnits = ['GB', 'GiB'] as const
export type ByteUnit = (typeof byteUnits)[number]

let shownBytes: ByteUnit = 'GB'
/**
 * Tells bytes so from now on. For a page, whose reader prefers one; files, reports and the command line are decimal. Bandwidths are decimal
 * everywhere, as data sheets state them.
 */
export function showBytesIn(unit: ByteUnit): void {
  shownBytes = unit
}
/** Makes something that leaves the page: with decimal bytes, whatever its reader prefers. */
export function inDecimalBytes<Made>(make: () => Made): Made {
  const before = shownBytes
  shownBytes = 'GB'
  try {
    return make()
  } finally {
    shownBytes = before
  }
}
/** Bytes with decimal prefixes, or binary ones where a reader prefers them. */
export const formatBytes_B = (value: number): string =>
  shownBytes === 'GB' ? formatPrefixed(value, 'B', 3, 1) : formatBinary(value, 'B')
/** Bandwidths are decimal, whatever a reader prefers for bytes. */
export const formatBandwidth_Bps = (value: number): string => formatPrefixed(value, 'B/s', 3, 1)
export const formatPower_W = (value: number): string => formatPrefixed(value, 'W')
export const formatEnergy_J = (value: number): string => formatPrefixed(value, 'J')
/** Lengths of a chip are stated: two decimals at most, none made up; what is shorter than that by its digits. */
export const formatLength_mm = (value: number): string =>
  `${Math.abs(value) < 0.1 ? formatNumber(value) : formatCount(Number(value.toFixed(2)))} mm`
/** Width and height of a rectangle: '21.92 × 22.81 mm'. */
export const formatSize_mm = ({
  width_mm,
  height_mm
}: {
  readonly width_mm: number
  readonly height_mm: number
}): string => `${formatLength_mm(width_mm).slice(0, -' mm'.length)} × ${formatLength_mm(height_mm)}`
export const formatArea_mm2 = (value: number): string => `${formatNumber(value)} mm²`
export const formatCost_usd = (value: number): string => `$${formatNumber(value)}`
export const formatThroughput_tokensPerSecond = (value: number): string => `${formatNumber(value)} tokens/s`
export const formatFlops = (value: number): string => formatPrefixed(value, 'FLOP', 3, 1)
export const formatFlopRate = (value: number): string => formatPrefixed(value, 'FLOP/s', 3, 1)
/** A share 0 to 1 as a percentage. */
export const formatShare = (value: number): string =>
  `${value === 0 ? '0' : grouped((value * 100).toFixed(1)).replace('-', '−')}%`
/** How far something may be from a bound, as a share: a little is not told as nothing. */
export const formatGap = (value: number): string =>
  value >= 1e-9 && value < 5e-4 ? `${Number((value * 100).toPrecision(1))}%` : formatShare(value < 1e-9 ? 0 : value)
/** A change as a share of what was: '+3.12%', '−0.50%', 'as before'. */
export const signedShare = (change: number): string =>
  Math.abs(change) < 5e-5 ? 'as before' : `${change > 0 ? '+' : '−'}${(Math.abs(change) * 100).toFixed(2)}%`
/** A ratio as '1.53×'. */
export const formatRatio = (value: number): string => `${formatNumber(value)}×`

/** Low and high of an uncertain quantity, as '6.00 to 10.0 kW', or '900 W to 1.10 kW'; one value when both print alike. */
export function formatRange(
  range: { readonly low: number; readonly high: number },
  one: (value: number) => string
): string {
  const [low, high] = [one(range.low), one(range.high)]
  const unit = / \S+$/.exec(high)?.[0]
  if (low === high) return low
  return `${unit !== undefined && low.endsWith(unit) ? low.slice(0, -unit.length) : low} to ${high}`
}

/** A share that is next to nothing is not told as nothing. */
const formatAnyShare = (value: number): string =>
  value !== 0 && Math.abs(value) < 5e-4 ? `${formatNumber(value * 100)}%` : formatShare(value)

const plain =
  (unit: string) =>
  (value: number): string =>
    `${formatNumber(value)} ${unit}`

const byUnit: Readonly<Record<string, (value: number) => string>> = {
  s: formatTime_s,
  B: formatBytes_B,
  'B/s': formatBandwidth_Bps,
  'GB/s': (value) => formatBandwidth_Bps(value * 1e9),
  W: formatPower_W,
  J: formatEnergy_J,
  Hz: (value) => formatPrefixed(value, 'Hz', 3, 1),
  FLOP: formatFlops,
  'FLOP/s': formatFlopRate,
  USD: formatCost_usd,
  usd: formatCost_usd,
  mm: formatLength_mm,
  mm2: formatArea_mm2,
  'mm²': formatArea_mm2,
  share: formatAnyShare,
  '%': (value) => `${formatNumber(value)}%`,
  '': formatCount,
  '1': formatCount
}

/** A value in a unit named in data, e.g. of a violation or a verdict: 'B' reads as '12.3 GB'. Unknown units are put behind. */
export const formatIn = (value: number, unit: string): string => (byUnit[unit] ?? plain(unit))(value)

/** Ending of a field's name to the unit its number is in. */
const suffixes: readonly (readonly [string, string])[] = [
  ['tokensPerSecond', 'tokens/s'],
  ['BpsPerMm', 'B/s per mm'],
  ['pJPerBit', 'pJ/bit'],
  ['Bps', 'B/s'],
  ['mm2', 'mm2'],
  ['mm', 'mm'],
  ['usd', 'USD'],
  ['Hz', 'Hz'],
  ['pJ', 'pJ'],
  ['FLOPperB', 'FLOP/B'],
  ['FLOP', 'FLOP'],
  ['flops', 'FLOP/s'],
  ['share', 'share'],
  ['B', 'B'],
  ['s', 's'],
  ['W', 'W'],
  ['J', 'J']
]

/** The value of a spec's field, in the unit its name ends with: ('die.clock_Hz', 1e9) is '1.00 GHz'. */
export function formatField(path: string, value: unknown): string {
  if (value === undefined) return '—'
  if (value === null) return 'none'
  const unit = suffixes.find(([suffix]) => path === suffix || path.endsWith(`_${suffix}`))?.[1]
  if (typeof value === 'number') return unit === undefined ? formatCount(value) : fieldNumber(value, unit)
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) {
    const [low = 0, high = 0] = value
    if (value.length === 2 && unit !== undefined) return `${formatCount(low)} to ${formatCount(high)} ${unit}`
    return value.length === 0 ? 'none' : value.map(formatCount).join(', ')
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const fieldNumber = (value: number, unit: string): string =>
  unit === 'B/s per mm' ? `${formatPrefixed(value, 'B/s', 3, 1)} per mm` : formatIn(value, unit)
