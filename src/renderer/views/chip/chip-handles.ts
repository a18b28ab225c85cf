import { formatSize_mm } from '../../../core/format/format-quantity.ts'
import type { WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { dieRectangle_mm } from '../../../core/chip/editing/site-drawing.ts'
import { arraySize_mm } from '../../../core/chip/floorplan.ts'
import type { Handle } from './use-resize-gesture.ts'

/** Pixels of the shorter side of a die from which its sides have handles of their own beside that of its corner. */
const LEAST_SIDE_PX = 44
/** Pixels of the array's handles from the array. */
const OUTSIDE_PX = 14

/** Handles of the die at a place of the first wafer, and of the array around all dies. @param scale pixels per millimetre */
export function chipHandles(chip: WaferChipSpec, row: number, column: number, scale: number): readonly Handle[] {
  const { rows, columns } = chip.grid
  const at = [Math.min(row, rows - 1), Math.min(column, columns - 1)] as const
  const { x, y, width, height } = dieRectangle_mm(chip, ...at)
  const array = arraySize_mm(chip)
  const [right, bottom] = [array.width_mm / 2 + OUTSIDE_PX / scale, array.height_mm / 2 + OUTSIDE_PX / scale]
  const [middle, centre] = [x + width / 2, y + height / 2]
  const sized = formatSize_mm(chip.die)
  const all: readonly Handle[] = [
    {
      id: 'east',
      kind: 'width',
      x: x + width,
      y: centre,
      across: 1,
      down: 0,
      label: `right side of the dies, ${sized}`
    },
    { id: 'west', kind: 'width', x, y: centre, across: -1, down: 0, label: `left side of the dies, ${sized}` },
    {
      id: 'south',
      kind: 'height',
      x: middle,
      y: y + height,
      across: 0,
      down: 1,
      label: `lower side of the dies, ${sized}`
    },
    { id: 'north', kind: 'height', x: middle, y, across: 0, down: -1, label: `upper side of the dies, ${sized}` },
    {
      id: 'corner',
      kind: 'corner',
      x: x + width,
      y: y + height,
      across: 1,
      down: 1,
      label: `corner of the dies, ${sized}`
    },
    {
      id: 'array-east',
      kind: 'columns',
      x: right,
      y: 0,
      across: 1,
      down: 0,
      label: `right side of the array, ${columns} columns`
    },
    {
      id: 'array-west',
      kind: 'columns',
      x: -right,
      y: 0,
      across: -1,
      down: 0,
      label: `left side of the array, ${columns} columns`
    },
    {
      id: 'array-south',
      kind: 'rows',
      x: 0,
      y: bottom,
      across: 0,
      down: 1,
      label: `lower side of the array, ${rows} rows`
    },
    {
      id: 'array-north',
      kind: 'rows',
      x: 0,
      y: -bottom,
      across: 0,
      down: -1,
      label: `upper side of the array, ${rows} rows`
    }
  ]
  const isSmall = Math.min(width, height) * scale < LEAST_SIDE_PX
  return isSmall ? all.filter(({ kind }) => kind !== 'width' && kind !== 'height') : all
}
