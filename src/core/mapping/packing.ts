import type { Region } from './mapping.ts'
import type { Corner } from './placement.ts'

/** Dies that regions may lie on, and wires that no region should have inside. */
export interface LivingGrid {
  readonly rows: number
  readonly columns: number
  /** Speed of each die, by number; 0 for one that cannot be used. */
  readonly speeds: readonly number[]
  /** Neighbours whose wire is dead. */
  readonly deadLinks: readonly (readonly [number, number])[]
}

/** Whether the region fits at a corner. */
type Fits = (row: number, column: number) => boolean

function fitTest({ rows, columns, speeds, deadLinks }: LivingGrid, region: Region, wholeOnly: boolean): Fits {
  const inside = (die: number, row: number, column: number): boolean => {
    const [y, x] = [Math.floor(die / columns), die % columns]
    return y >= row && y < row + region.rows && x >= column && x < column + region.columns
  }
  return (row, column) => {
    if (row + region.rows > rows || column + region.columns > columns) return false
    for (let y = row; y < row + region.rows; y++)
      for (let x = column; x < column + region.columns; x++) if (speeds[y * columns + x] === 0) return false
    return !wholeOnly || !deadLinks.some(([a, b]) => inside(a, row, column) && inside(b, row, column))
  }
}

/**
 * Corners in shelves: bands across the grid as deep as the region, filled from their start, at the offsets that hold the most. Both the
 * bands (a dynamic programme over their offsets) and what each holds (the earliest place first) are the best that shelves allow.
 * @param depth of the grid along which shelves follow each other; @param length of a shelf
 */
function shelves(
  depth: number,
  length: number,
  regionDepth: number,
  regionLength: number,
  fits: (at: number, along: number) => boolean
): readonly (readonly (readonly [at: number, along: number])[])[] {
  const filled = Array.from({ length: depth }, (_, at) => {
    const places: [number, number][] = []
    if (at + regionDepth > depth) return places
    for (let along = 0; along + regionLength <= length;) {
      if (!fits(at, along)) along++
      else {
        places.push([at, along])
        along += regionLength
      }
    }
    return places
  })
  const most = new Int32Array(depth + regionDepth + 1)
  for (let at = depth - 1; at >= 0; at--)
    most[at] = Math.max(most[at + 1]!, filled[at]!.length + (filled[at]!.length > 0 ? most[at + regionDepth]! : 0))
  const chosen: (readonly (readonly [number, number])[])[] = []
  for (let at = 0; at < depth;) {
    const here = filled[at]!
    if (here.length > 0 && most[at] === here.length + most[at + regionDepth]!) {
      chosen.push(here)
      at += regionDepth
    } else at++
  }
  return chosen
}

/** Shelf by shelf, every second one backwards, so that neighbours in the order are near on the grid. */
const inSnake = <Place>(some: readonly (readonly Place[])[]): readonly Place[] =>
  some.flatMap((shelf, index) => (index % 2 === 0 ? shelf : shelf.toReversed()))

/** Corners taken greedily over the whole grid, each where it fits first; holes leave places that no shelf has. */
function greedy(grid: LivingGrid, region: Region, fits: Fits): readonly Corner[] {
  const taken = new Uint8Array(grid.rows * grid.columns)
  const shelf: Corner[][] = []
  for (let row = 0; row < grid.rows; row++)
    for (let column = 0; column < grid.columns; column++) {
      if (!fits(row, column)) continue
      const dies = Array.from(
        { length: region.rows * region.columns },
        (_, place) => (row + Math.floor(place / region.columns)) * grid.columns + column + (place % region.columns)
      )
      if (dies.some((die) => taken[die] === 1)) continue
      for (const die of dies) taken[die] = 1
      const band = Math.floor(row / region.rows)
      ;(shelf[band] ??= []).push([row, column])
    }
  const bands = shelf.filter((band) => band !== undefined)
  return inSnake(bands.map((band) => band.toSorted((a, b) => a[1] - b[1] || a[0] - b[0])))
}

/**
 * Corners of regions on the dies that live, as many as one of three packings holds: shelves of rows at any offset, shelves of columns, or
 * greedily anywhere; the first of those that hold most. Packing most rectangles around holes is NP-hard; shelves are exact where nothing
 * is broken, and then in the order of {@link snake}. Regions without a dead wire inside are preferred to those with one.
 * @param wanted how many are asked for: regions with a dead wire inside are let in only where there are not as many without
 */
export function packRegions(grid: LivingGrid, region: Region, wanted = Infinity): readonly Corner[] {
  const whole = packed(grid, region, fitTest(grid, region, true))
  if (grid.deadLinks.length === 0 || whole.length >= wanted) return whole
  const any = packed(grid, region, fitTest(grid, region, false))
  return any.length > whole.length ? any : whole
}

function packed(grid: LivingGrid, region: Region, fits: Fits): readonly Corner[] {
  const { rows, columns } = grid
  const across = inSnake(shelves(rows, columns, region.rows, region.columns, fits)).map(([row, column]): Corner => [
    row,
    column
  ])
  const down = inSnake(shelves(columns, rows, region.columns, region.rows, (column, row) => fits(row, column))).map(
    ([column, row]): Corner => [row, column]
  )
  return [across, down, greedy(grid, region, fits)].reduce((best, one) => (one.length > best.length ? one : best))
}

/** Speed of the slowest die under a region. */
const speedAt = ({ columns, speeds }: LivingGrid, region: Region, [row, column]: Corner): number => {
  let least = 1
  for (let y = row; y < row + region.rows; y++)
    for (let x = column; x < column + region.columns; x++) least = Math.min(least, speeds[y * columns + x]!)
  return least
}

/**
 * The packed corners that so many regions take, in order: where more fit than are wanted, the slowest stay empty, of equally slow ones
 * those at the end.
 * @returns undefined when fewer fit
 */
export function chooseRegions(grid: LivingGrid, region: Region, wanted: number): readonly Corner[] | undefined {
  const corners = packRegions(grid, region, wanted)
  if (corners.length < wanted) return undefined
  const kept = corners
    .map((corner, index) => ({ index, speed: speedAt(grid, region, corner) }))
    .sort((a, b) => b.speed - a.speed || a.index - b.index)
    .slice(0, wanted)
    .map(({ index }) => index)
    .sort((a, b) => a - b)
  return kept.map((index) => corners[index]!)
}

/** The largest rectangle of dies that can all be used, the one nearest to the first die among equals; undefined where there is none. */
export function largestRectangle(
  grid: LivingGrid
): { readonly corner: Corner; readonly rows: number; readonly columns: number } | undefined {
  let best: { corner: Corner; rows: number; columns: number } | undefined
  for (let rows = 1; rows <= grid.rows; rows++)
    for (let columns = 1; columns <= grid.columns; columns++) {
      if (best && rows * columns <= best.rows * best.columns) continue
      const fits = fitTest(grid, { rows, columns }, true)
      for (let row = 0; row + rows <= grid.rows; row++)
        for (let column = 0; column + columns <= grid.columns; column++)
          if (fits(row, column) && (!best || rows * columns > best.rows * best.columns))
            best = { corner: [row, column], rows, columns }
    }
  return best
}
