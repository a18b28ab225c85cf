import { dotted } from '../../problem.ts'
import { WaferChipSpec } from '../chip-spec.ts'

/** A number of a wafer that a person edits or solves for. */
export interface ChipField {
  /** Path in the spec, as `die.clock_Hz`. */
  readonly path: string
  readonly title: string
  /** Unit in which it is shown and typed, and how many of the spec's unit that is. */
  readonly unit: string
  readonly factor: number
  readonly isInteger: boolean
  /** Least and most that the editor takes, in the spec's unit. */
  readonly least: number
  readonly most: number
  readonly group: 'wafer' | 'array' | 'die' | 'memory' | 'links' | 'limits'
}

type Options = Partial<Pick<ChipField, 'unit' | 'factor' | 'isInteger'>>
const field = (
  group: ChipField['group'],
  path: string,
  title: string,
  least: number,
  most: number,
  { unit = '', factor = 1, isInteger = false }: Options = {}
): ChipField => ({ group, path, title, least, most, unit, factor, isInteger })
const mm = { unit: 'mm' }
const count = { isInteger: true }

/** Rows and columns that the editor takes at most; finer meshes of smaller dies are better described as cores. */
export const MOST_ROWS = 200

export const chipFields: readonly ChipField[] = [
  field('wafer', 'wafer.size_mm', 'Size of the wafer', 10, 450, mm),
  field('wafer', 'wafer.edgeExclusion_mm', 'Edge exclusion', 0, 50, mm),
  field('wafer', 'wafers', 'Wafers', 1, 64, count),
  field('array', 'grid.rows', 'Rows', 1, MOST_ROWS, count),
  field('array', 'grid.columns', 'Columns', 1, MOST_ROWS, count),
  field('array', 'grid.gap_mm', 'Gap between sites', 0, 20, mm),
  field('array', 'grid.spares', 'Spare dies', 0, 10_000, count),
  field('die', 'die.width_mm', 'Width of a die', 1, 300, mm),
  field('die', 'die.height_mm', 'Height of a die', 1, 300, mm),
  field('die', 'die.cores', 'Cores', 1, 1_000_000, count),
  field('die', 'die.spareCores', 'Spare cores', 0, 100_000, count),
  field('die', 'die.macsPerCore', 'MACs per core and cycle', 1, 1_000_000, count),
  field('die', 'die.arrayRows', 'Rows of the systolic array', 1, 4096, count),
  field('die', 'die.arrayColumns', 'Columns of the systolic array', 1, 4096, count),
  field('die', 'die.clock_Hz', 'Clock', 1e7, 1e10, { unit: 'GHz', factor: 1e9 }),
  field('die', 'die.sramPerCore_B', 'SRAM per core', 1024, 2 ** 33, { unit: 'MiB', factor: 2 ** 20 }),
  field('die', 'die.sramBandwidth_Bps', 'SRAM bandwidth of a die', 1e9, 1e16, { unit: 'TB/s', factor: 1e12 }),
  field('memory', 'memory.stacksPerDie', 'DRAM stacks per die', 0, 64),
  field('memory', 'memory.stackCapacity_B', 'Capacity of a stack', 0, 1e12, { unit: 'GB', factor: 1e9 }),
  field('memory', 'memory.stackBandwidth_Bps', 'Bandwidth of a stack', 0, 1e14, { unit: 'GB/s', factor: 1e9 }),
  field('memory', 'memory.stackFootprint_mm2', 'Footprint of a stack', 0, 2000, { unit: 'mm²' }),
  field('links', 'links.bandwidthPerEdge_Bps', 'Bandwidth per edge, one direction', 1e6, 1e15, {
    unit: 'GB/s',
    factor: 1e9
  }),
  field('links', 'links.latency_s', 'Latency of a hop', 0, 0.001, { unit: 'ns', factor: 1e-9 }),
  field('links', 'links.reach_mm', 'Longest wire', 0.1, 1000, mm),
  field('links', 'links.shorelineDensity_BpsPerMm', 'Shoreline density', 1e6, 1e13, {
    unit: 'GB/s per mm',
    factor: 1e9
  }),
  field('links', 'waferLink.bandwidth_Bps', 'Bandwidth of a wafer edge', 1e6, 1e16, { unit: 'GB/s', factor: 1e9 }),
  field('limits', 'power.cap_W', 'Power cap of a wafer', 1, 1e6, { unit: 'kW', factor: 1e3 }),
  field('limits', 'manufacture.bondYield', 'Share of bonds that hold', 0.5, 1),
  field('limits', 'manufacture.costCap_usd', 'Cost cap of a good wafer', 1, 1e9, { unit: 'USD' })
]

/** @throws Error for a path that is no field: a mistake of the program, not of a person */
export function chipField(path: string): ChipField {
  const found = chipFields.find((one) => one.path === path)
  if (!found) throw new Error(`${path} is no field of a wafer`)
  return found
}

/** What people call a number of a chip; its path where there are no words for it. */
export const fieldTitle = (path: string): string => chipFields.find((one) => one.path === path)?.title ?? path

/** The number at a path of a chip; undefined where the chip leaves it out or waives it. */
export function numberAt(chip: WaferChipSpec, path: string): number | undefined {
  const found = path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], chip)
  return typeof found === 'number' ? found : undefined
}

/** The chip with another value at a path; undefined leaves the member out. Everything else is shared. */
export function withMember(chip: WaferChipSpec, path: string, value: unknown): WaferChipSpec {
  const put = (inner: unknown, [key, ...rest]: readonly string[]): unknown => {
    const members = { ...(inner as Record<string, unknown> | undefined) }
    const next = rest.length === 0 ? value : put(members[key!], rest)
    if (next === undefined) delete members[key!]
    else members[key!] = next
    return members
  }
  return put(chip, path.split('.')) as WaferChipSpec
}

/**
 * The chip with another number in a field, whose source is then that a person set it. Spare dies never outnumber what is left to stand by for.
 */
export function withNumber(chip: WaferChipSpec, path: string, value: number): WaferChipSpec {
  const set = withMember(chip, path, value)
  const dies = set.grid.rows * set.grid.columns
  const grid = set.grid.spares < dies ? set.grid : { ...set.grid, spares: Math.max(0, dies - 1) }
  if (value === numberAt(chip, path)) return chip
  return { ...set, grid, provenance: { ...set.provenance, [path]: { source: 'set in the editor', mark: 'U' } } }
}

/** A title inside a sentence: its first letter small, unless it begins an abbreviation. */
export const inSentence = ({ title }: Pick<ChipField, 'title'>): string =>
  /^[A-Z][A-Z]/.test(title) ? title : title[0]!.toLowerCase() + title.slice(1)

const shown = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 })
/** Numbers from here on are told by their power of ten. */
const LONG = 1e15
const told = (value: number): string => (Math.abs(value) < LONG ? shown.format(value) : value.toExponential())
/** A value of a field as its form shows it, with its unit. */
export const fieldText = ({ factor, unit }: ChipField, value: number): string =>
  `${told(value / factor)}${unit && ` ${unit}`}`

/**
 * What is wrong with a value for a field, with the limit and what to do; undefined when it is legal.
 * @param value in the spec's unit
 */
export function fieldFault(chip: WaferChipSpec, of: ChipField, value: number): string | undefined {
  const { title, isInteger, least, most } = of
  if (!Number.isFinite(value)) return `${title} must be a number, as ${fieldText(of, Math.max(least, of.factor))}`
  if (isInteger && !Number.isInteger(value)) return `${title} ${told(value)} must be a whole number`
  const limits = `give ${fieldText(of, least)} to ${fieldText(of, most)}`
  if (value < least) return `${title} ${fieldText(of, value)} is below ${fieldText(of, least)}; ${limits}`
  if (value > most) return `${title} ${fieldText(of, value)} is above ${fieldText(of, most)}; ${limits}`
  const result = WaferChipSpec.safeParse(withNumber(chip, of.path, value))
  if (result.success) return undefined
  const [issue] = result.error.issues
  return `${title} ${fieldText(of, value)} is refused: ${issue!.message} (${dotted(issue!.path)})`
}
