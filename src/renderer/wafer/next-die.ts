import type { WaferScene } from '../../core/chip/editing/wafer-scene.ts'

/**
 * Index of the die that a key leads to from another on the grid of drawn dies; undefined for a key that leads nowhere. Ctrl takes arrows to the
 * end of the row or column, Home and End to the first and last die of all.
 */
export function nextDie(
  { cellColumns, dies }: Pick<WaferScene, 'cellColumns' | 'dies'>,
  from: number,
  key: string,
  far: boolean
): number | undefined {
  const rows = dies.length / cellColumns
  const [row, column] = [Math.floor(from / cellColumns), from % cellColumns]
  const at = (down: number, over: number): number =>
    Math.min(rows - 1, Math.max(0, down)) * cellColumns + Math.min(cellColumns - 1, Math.max(0, over))
  const step = far ? dies.length : 1
  switch (key) {
    case 'ArrowLeft':
      return at(row, column - step)
    case 'ArrowRight':
      return at(row, column + step)
    case 'ArrowUp':
      return at(row - step, column)
    case 'ArrowDown':
      return at(row + step, column)
    case 'Home':
      return far ? 0 : at(row, 0)
    case 'End':
      return far ? dies.length - 1 : at(row, cellColumns - 1)
    default:
      return undefined
  }
}
