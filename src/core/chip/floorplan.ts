import type { WaferChipSpec } from './chip-spec.ts'
import { assembly } from './technology.ts'

/** Width and height in mm. */
export interface Size_mm {
  readonly width_mm: number
  readonly height_mm: number
}

/** Dies of one wafer, spares included. */
export const diesOfWafer = (chip: WaferChipSpec): number => chip.grid.rows * chip.grid.columns

export const dieArea_mm2 = (chip: WaferChipSpec): number => chip.die.width_mm * chip.die.height_mm

/** Wafer area that the DRAM stacks of one die take beside it; none where they are bonded on it or sit on the edge. */
export const stackArea_mm2 = (chip: WaferChipSpec): number =>
  chip.memory.kind === 'stacks' ? chip.memory.stacksPerDie * chip.memory.stackFootprint_mm2 : 0

/** Wafer area of the DRAM ports along the wafer edge. */
export const edgePortArea_mm2 = (chip: WaferChipSpec): number =>
  chip.memory.kind === 'edge' ? chip.memory.stacksPerDie * chip.memory.stackFootprint_mm2 : 0

/** A die with the DRAM stacks beside it. */
export const siteArea_mm2 = (chip: WaferChipSpec): number => dieArea_mm2(chip) + stackArea_mm2(chip)

/**
 * Rectangle given to each die and its stacks. Its area is the sum of theirs, it is no smaller than the die either way,
 * and among all such rectangles it makes the whole array as square as possible: the c columns of width w and r rows of
 * height A/w meet where c w + gaps = r A/w + gaps. Stacks may lie on any side, so a design that fails here fails
 * however they are placed.
 */
export function siteSize_mm(chip: WaferChipSpec): Size_mm {
  const { rows, columns, gap_mm } = chip.grid
  const area_mm2 = siteArea_mm2(chip)
  const surplus_mm = (columns - rows) * gap_mm
  const square_mm = (Math.sqrt(surplus_mm ** 2 + 4 * columns * rows * area_mm2) - surplus_mm) / (2 * columns)
  const width_mm = Math.min(Math.max(square_mm, chip.die.width_mm), area_mm2 / chip.die.height_mm)
  return { width_mm, height_mm: area_mm2 / width_mm }
}

/** Outline of all sites and the gaps between them. */
export function arraySize_mm(chip: WaferChipSpec): Size_mm {
  const site = siteSize_mm(chip)
  const { rows, columns, gap_mm } = chip.grid
  return {
    width_mm: columns * site.width_mm + (columns - 1) * gap_mm,
    height_mm: rows * site.height_mm + (rows - 1) * gap_mm
  }
}

/** A rectangle in mm. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * The rectangle, mm, of `rows` by `columns` sites (a die and its share of DRAM and gap) from one corner on; the wafer's middle is (0, 0), x
 * to the right, y down.
 */
export function sitesRectangle_mm(
  chip: WaferChipSpec,
  row: number,
  column: number,
  rows: number,
  columns: number
): Rectangle {
  const [site, array, gap] = [siteSize_mm(chip), arraySize_mm(chip), chip.grid.gap_mm]
  return {
    x: column * (site.width_mm + gap) - array.width_mm / 2,
    y: row * (site.height_mm + gap) - array.height_mm / 2,
    width: columns * (site.width_mm + gap) - gap,
    height: rows * (site.height_mm + gap) - gap
  }
}

/** Centres of the dies of one wafer, row by row, in mm from the wafer's centre; x to the right, y downwards. */
export function dieCentres_mm(chip: WaferChipSpec): readonly { readonly x_mm: number; readonly y_mm: number }[] {
  const site = siteSize_mm(chip)
  const { rows, columns, gap_mm } = chip.grid
  return Array.from({ length: rows * columns }, (_, die) => ({
    x_mm: ((die % columns) - (columns - 1) / 2) * (site.width_mm + gap_mm),
    y_mm: (Math.floor(die / columns) - (rows - 1) / 2) * (site.height_mm + gap_mm)
  }))
}

/** Area of a square of that side without what lies outside a disc around the same centre. */
function clippedSquare_mm2(side_mm: number, radius_mm: number): number {
  const half = side_mm / 2
  if (radius_mm <= 0) return 0
  if (radius_mm >= half * Math.SQRT2) return side_mm ** 2
  if (radius_mm <= half) return Math.PI * radius_mm ** 2
  const start = Math.sqrt(radius_mm ** 2 - half ** 2)
  const integral = (x: number): number =>
    (x * Math.sqrt(Math.max(0, radius_mm ** 2 - x ** 2)) + radius_mm ** 2 * Math.asin(x / radius_mm)) / 2
  return 4 * (start * half + integral(half) - integral(start))
}

/** Area of the wafer that may carry dies: the disc inside the edge ring, or the square without its clipped corners. */
export function usableWaferArea_mm2(chip: WaferChipSpec): number {
  const { shape, size_mm, edgeExclusion_mm } = chip.wafer
  if (shape === 'disc') return Math.PI * Math.max(0, size_mm / 2 - edgeExclusion_mm) ** 2
  return clippedSquare_mm2(size_mm, assembly.waferDiameter_mm.value / 2 - edgeExclusion_mm)
}

/** Wafer area in use: the outline of the array of dies, the DRAM beside them and the gaps between them, and the ports on the wafer edge. */
export function waferAreaInUse_mm2(chip: WaferChipSpec): number {
  const array = arraySize_mm(chip)
  return array.width_mm * array.height_mm + edgePortArea_mm2(chip)
}
