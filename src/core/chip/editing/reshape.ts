import type { WaferChipSpec } from '../chip-spec.ts'
import { arraySize_mm } from '../floorplan.ts'
import { chipField, withNumber } from './fields.ts'
import { sitePitch_mm } from './site-drawing.ts'

const clamped = (path: string, value: number): number => {
  const { least, most, isInteger } = chipField(path)
  return Math.min(most, Math.max(least, isInteger ? Math.round(value) : value))
}

/** The chip with another number, brought into the field's range. */
export const reshaped = (chip: WaferChipSpec, path: string, value: number): WaferChipSpec =>
  withNumber(chip, path, clamped(path, value))

/** All dies at another size, in mm. */
export const resizedDie = (chip: WaferChipSpec, width_mm: number, height_mm: number): WaferChipSpec =>
  reshaped(reshaped(chip, 'die.width_mm', width_mm), 'die.height_mm', height_mm)

/**
 * Rows and columns after the edge of the array was pulled outwards by so much: the array stays in the middle of the wafer, so both its sides
 * follow.
 */
export function pulledArray(chip: WaferChipSpec, across_mm: number, down_mm: number): WaferChipSpec {
  const [pitch, array, gap] = [sitePitch_mm(chip), arraySize_mm(chip), chip.grid.gap_mm]
  const columns = (array.width_mm + gap + 2 * across_mm) / pitch.x_mm
  const rows = (array.height_mm + gap + 2 * down_mm) / pitch.y_mm
  const wide = across_mm === 0 ? chip : reshaped(chip, 'grid.columns', columns)
  return down_mm === 0 ? wide : reshaped(wide, 'grid.rows', rows)
}

/** Everything turned by a quarter: rows become columns, width becomes height. */
export function turned(chip: WaferChipSpec): WaferChipSpec {
  const { rows, columns } = chip.grid
  const { width_mm, height_mm } = chip.die
  const array = reshaped(reshaped(chip, 'grid.rows', columns), 'grid.columns', rows)
  const whole = { ...array, grid: { ...array.grid, spares: chip.grid.spares } }
  return resizedDie(whole, height_mm, width_mm)
}
