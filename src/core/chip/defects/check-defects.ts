import { Problem } from '../../problem.ts'
import type { WaferChipSpec } from '../chip-spec.ts'
import { counted } from '../../format/counted.ts'
import { formatCount } from '../../format/format-number.ts'
import { placeWords } from '../../format/place-words.ts'
import { dieNumber, gridOf, type DefectMap, type MeshGrid, type Place } from './defect-map.ts'

/** One statement of a map, and where it was read, as `line 7` or `deadDies[2]`. */
export interface DefectEntry {
  readonly kind: 'dead-die' | 'dead-link' | 'dead-cores' | 'dead-core-share' | 'slow-die'
  readonly die: Place
  /** The other end of a link. */
  readonly to?: Place
  /** How many cores, or which share of cores or clock. */
  readonly value?: number
  readonly where: string
}

/** The statements of a map that was read as JSON, by their paths. */
export const entriesOf = ({ deadDies, deadLinks, deadCores, slowDies }: DefectMap): readonly DefectEntry[] => [
  ...deadDies.map((die, index): DefectEntry => ({ kind: 'dead-die', die, where: `deadDies[${index}]` })),
  ...deadLinks.map(([die, to], index): DefectEntry => ({ kind: 'dead-link', die, to, where: `deadLinks[${index}]` })),
  ...deadCores.map(({ die, cores, share }, index): DefectEntry => {
    const where = `deadCores[${index}]`
    return cores === undefined
      ? { kind: 'dead-core-share', die, value: share!, where }
      : { kind: 'dead-cores', die, value: cores, where }
  }),
  ...slowDies.map(({ die, clock }, index): DefectEntry => ({
    kind: 'slow-die',
    die,
    value: clock,
    where: `slowDies[${index}]`
  }))
]

const words = ({ kind, die, to }: DefectEntry): string =>
  to ? `${kind} from ${placeWords(die)} to ${placeWords(to)}` : `${kind} ${placeWords(die)}`

/** What two statements may not both be about. */
const subjectOf = ({ kind, die, to }: DefectEntry, grid: MeshGrid): string => {
  if (to) return `link ${[dieNumber(die, grid), dieNumber(to, grid)].sort((a, b) => a - b).join()}`
  return `${kind === 'dead-core-share' ? 'dead-cores' : kind} ${dieNumber(die, grid)}`
}

/**
 * Checks what a schema cannot: places on the grid, links between neighbours, nothing stated twice or of a dead die.
 * @param what names the input, e.g. `defects file 'map.csv'`
 * @throws Problem `bad-input` naming the line or path, the value and the limit
 */
export function checkEntries(entries: readonly DefectEntry[], grid: MeshGrid, what: string): void {
  const rows = grid.rows * grid.wafers
  const stated = new Map<string, string>()
  const fail = (entry: DefectEntry, message: string): never => {
    throw new Problem('bad-input', `${what}, ${entry.where}: ${words(entry)}: ${message}`, entry.where)
  }
  for (const entry of entries) {
    for (const [row, column] of [entry.die, ...(entry.to ? [entry.to] : [])])
      if (row < 0 || row >= rows || column < 0 || column >= grid.columns)
        fail(
          entry,
          `${placeWords([row, column])} lies outside the grid, rows 0 to ${rows - 1} and columns 0 to ${grid.columns - 1}`
        )
    if (entry.to && Math.abs(entry.die[0] - entry.to[0]) + Math.abs(entry.die[1] - entry.to[1]) !== 1)
      fail(entry, 'these dies are no neighbours; a link joins two dies side by side or one above the other')
    const subject = subjectOf(entry, grid)
    const before = stated.get(subject)
    if (before !== undefined) fail(entry, `${before} says so already; keep one of them`)
    stated.set(subject, entry.where)
  }
  for (const entry of entries) {
    if (entry.kind === 'dead-die' || entry.kind === 'dead-link') continue
    const dead = stated.get(`dead-die ${dieNumber(entry.die, grid)}`)
    if (dead !== undefined) fail(entry, `${dead} says that this die is dead; keep one of them`)
  }
}

const size = ({ rows, columns, wafers }: MeshGrid): string =>
  `${rows} rows x ${columns} columns${wafers > 1 ? ` on each of ${wafers} wafers` : ''}`

/**
 * Checks a whole map against the chip it is to be used with.
 * @throws Problem `bad-input` when it is of another grid, breaks a rule of {@link checkEntries}, or leaves a die no core
 */
export function checkDefects(map: DefectMap, chip: WaferChipSpec, what: string): void {
  const grid = gridOf(chip)
  if (map.grid.rows !== grid.rows || map.grid.columns !== grid.columns || map.grid.wafers !== grid.wafers)
    throw new Problem(
      'bad-input',
      `${what} is of a grid of ${size(map.grid)}; chip '${chip.name}' has ${size(grid)}: take a map of this chip, or change the rows, columns or wafers of the chip`,
      'grid'
    )
  checkEntries(entriesOf(map), grid, what)
  const made = chip.die.cores + (chip.die.spareCores ?? 0)
  for (const [index, { die, cores }] of map.deadCores.entries())
    if (cores !== undefined && cores >= made)
      throw new Problem(
        'bad-input',
        `${what}: ${counted(cores, 'dead core')} on die ${placeWords(die)}, which has ${formatCount(made)} with its spare ones; a die without cores belongs in deadDies`,
        `deadCores[${index}].cores`
      )
}
