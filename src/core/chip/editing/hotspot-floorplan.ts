import { Problem } from '../../problem.ts'
import type { WaferChipSpec } from '../chip-spec.ts'
import { siteSize_mm, sitesRectangle_mm } from '../floorplan.ts'
import { withNumber, withMember } from './fields.ts'
import { dieInSite, sitePitch_mm, stacksOfSite } from './site-drawing.ts'

/** A block of a HotSpot floorplan, in metres from the lower left corner. */
export interface FloorplanUnit {
  readonly name: string
  readonly width_m: number
  readonly height_m: number
  readonly left_m: number
  readonly bottom_m: number
}

const metres = (mm: number): string => (mm / 1000).toFixed(9)

/**
 * One wafer as a HotSpot floorplan (.flp): dies `die_ROW_COLUMN` and, where DRAM lies beside them, stacks `dram_ROW_COLUMN_N`, in metres from
 * the lower left corner of the wafer's square.
 */
export function writeFloorplan(chip: WaferChipSpec): string {
  const half = chip.wafer.size_mm / 2
  const line = (name: string, box: { x: number; y: number; width: number; height: number }): string =>
    [name, metres(box.width), metres(box.height), metres(box.x + half), metres(half - box.y - box.height)].join('\t')
  const lines: string[] = []
  for (let row = 0; row < chip.grid.rows; row++)
    for (let column = 0; column < chip.grid.columns; column++) {
      const site = sitesRectangle_mm(chip, row, column, 1, 1)
      lines.push(line(`die_${row}_${column}`, dieInSite(chip, site)))
      stacksOfSite(chip, site).forEach((stack, at) => lines.push(line(`dram_${row}_${column}_${at}`, stack)))
    }
  return `# ${chip.name}: name, width, height, left, bottom; metres\n${lines.join('\n')}\n`
}

/** Units of a floorplan at most: more than any wafer has dies. */
const MOST_UNITS = 200_000

/** @throws Problem `bad-input` naming the line, what is in it and what was expected */
export function readFloorplan(text: string): readonly FloorplanUnit[] {
  const lines = text.split(/\r?\n/)
  if (lines.length > MOST_UNITS)
    throw new Problem('bad-input', `the floorplan has ${lines.length} lines; at most ${MOST_UNITS} are read`)
  return lines.flatMap((line, at): FloorplanUnit[] => {
    const bare = line.replace(/#.*/, '').trim()
    if (bare === '') return []
    const [name = '', ...numbers] = bare.split(/\s+/)
    const [width_m, height_m, left_m, bottom_m] = numbers.map(Number)
    if (numbers.length < 4 || ![width_m, height_m, left_m, bottom_m].every(Number.isFinite))
      throw new Problem(
        'bad-input',
        `line ${at + 1} of the floorplan is '${bare.slice(0, 60)}'; expected a name and four numbers in metres: width, height, left, bottom`
      )
    if (width_m! <= 0 || height_m! <= 0)
      throw new Problem('bad-input', `line ${at + 1}: '${name}' is ${width_m} x ${height_m} m; both must be above 0`)
    return [{ name, width_m: width_m!, height_m: height_m!, left_m: left_m!, bottom_m: bottom_m! }]
  })
}

/** A tenth of a micrometre: what a floorplan's rounding may move. */
const TOLERANCE_MM = 1e-4

const distinct = (values: readonly number[]): readonly number[] =>
  [...values].sort((a, b) => a - b).filter((value, at, all) => at === 0 || value - all[at - 1]! > TOLERANCE_MM)

/**
 * The chip with the array of dies of a floorplan: units called `die…`, or all units where none is. They must be equal and form a full mesh with
 * one pitch each way; everything that is no geometry stays.
 * @throws Problem `bad-input` when they do not, naming the unit
 */
export function withFloorplan(chip: WaferChipSpec, units: readonly FloorplanUnit[]): WaferChipSpec {
  const named = units.filter(({ name }) => name.startsWith('die'))
  const dies = named.length > 0 ? named : units.filter(({ name }) => !name.startsWith('dram'))
  const [first] = dies
  if (!first)
    throw new Problem('bad-input', 'the floorplan has no unit; each line gives name, width, height, left, bottom')
  const mm = (value_m: number): number => Number((value_m * 1000).toFixed(6))
  const odd = dies.find(
    ({ width_m, height_m }) =>
      Math.abs(width_m - first.width_m) * 1000 > TOLERANCE_MM ||
      Math.abs(height_m - first.height_m) * 1000 > TOLERANCE_MM
  )
  if (odd)
    throw new Problem(
      'bad-input',
      `unit '${odd.name}' is ${mm(odd.width_m)} x ${mm(odd.height_m)} mm and '${first.name}' is ${mm(first.width_m)} x ${mm(first.height_m)} mm; a wafer here has dies of one size`
    )
  const [lefts, bottoms] = [
    distinct(dies.map(({ left_m }) => left_m * 1000)),
    distinct(dies.map(({ bottom_m }) => bottom_m * 1000))
  ]
  if (lefts.length * bottoms.length !== dies.length)
    throw new Problem(
      'bad-input',
      `${dies.length} dies lie at ${bottoms.length} heights and ${lefts.length} offsets, which is no full mesh of ${bottoms.length} x ${lefts.length}`
    )
  const pitchOf = (starts: readonly number[]): number | undefined =>
    starts.length > 1 ? (starts.at(-1)! - starts[0]!) / (starts.length - 1) : undefined
  const [across, down] = [pitchOf(lefts), pitchOf(bottoms)]
  const sized = [
    ['grid.rows', bottoms.length],
    ['grid.columns', lefts.length],
    ['die.width_mm', mm(first.width_m)],
    ['die.height_mm', mm(first.height_m)]
  ] as const
  const shaped = sized.reduce((next, [path, value]) => withNumber(next, path, value), chip)
  return withPitch(shaped, across, down)
}

/** The gap that gives the sites the pitch of the floorplan, as far as one gap both ways can. */
function withPitch(chip: WaferChipSpec, across: number | undefined, down: number | undefined): WaferChipSpec {
  const fits = (one: WaferChipSpec): boolean => {
    const pitch = sitePitch_mm(one)
    return (
      (across === undefined || Math.abs(pitch.x_mm - across) < 0.01) &&
      (down === undefined || Math.abs(pitch.y_mm - down) < 0.01)
    )
  }
  if (fits(chip)) return chip
  const site = siteSize_mm(withMember(chip, 'grid.gap_mm', 0))
  const gap = across === undefined ? down! - site.height_mm : across - site.width_mm
  const spaced = gap >= 0 ? withNumber(chip, 'grid.gap_mm', Number(gap.toFixed(4))) : chip
  if (fits(spaced)) return spaced
  const pitch = sitePitch_mm(spaced)
  throw new Problem(
    'bad-input',
    `the dies of the floorplan are ${across?.toFixed(2) ?? '–'} x ${down?.toFixed(2) ?? '–'} mm apart; with the DRAM of this chip beside them they would be ${pitch.x_mm.toFixed(2)} x ${pitch.y_mm.toFixed(2)} mm apart. Use memory stacked on the die, or change the stacks first`
  )
}
