import type { Region } from '../mapping/mapping.ts'
import { regionAxes } from '../mapping/region.ts'
import type { Machine } from '../simulator/machine.ts'

/** A rectangle of dies cut level by level, outermost first: into how many parts, and which mesh axis of the region that is. */
export interface Hierarchy {
  readonly region: Region
  readonly factors: readonly number[]
  readonly axes: readonly string[]
}

/** More levels than this are more layouts than the cost model can number exactly; deep cuts of two are then made cuts of four. */
const MOST_LEVELS = 6

function primeFactors(value: number): number[] {
  const factors: number[] = []
  for (let prime = 2; value > 1; prime++) for (; value % prime === 0; value /= prime) factors.push(prime)
  return factors
}

const largestPrime = (value: number): number => primeFactors(value).at(-1) ?? 1

/** Joins the innermost pair of cuts of a side whose product is least. */
function join(sides: readonly number[][]): void {
  let best: { side: number[]; at: number; product: number } | undefined
  for (const side of sides)
    for (let at = side.length - 2; at >= 0; at--) {
      const product = side[at]! * side[at + 1]!
      if (!best || product < best.product) best = { side, at, product }
    }
  best?.side.splice(best.at, 2, best.product)
}

/** The levels of a rectangle: each side cut by its prime factors, the side that is longer at the time first, columns when equal. */
export function hierarchyOf(rows: number, columns: number): Hierarchy {
  const x = primeFactors(columns)
  const y = primeFactors(rows)
  while (x.length + y.length > MOST_LEVELS && (x.length > 1 || y.length > 1)) join([x, y])
  const region: Region = { rows, columns, split: { x: x.length > 0 ? x : [1], y: y.length > 0 ? y : [1] } }
  const waiting = { x: [...x], y: [...y] }
  const names = { x: [] as string[], y: [] as string[] }
  for (const axis of regionAxes(region)) names[axis.direction].push(axis.name)
  const factors: number[] = []
  const axes: string[] = []
  const left = { x: columns, y: rows }
  while (waiting.x.length + waiting.y.length > 0) {
    const side = left.x >= left.y ? 'x' : 'y'
    const factor = waiting[side].shift()!
    left[side] /= factor
    factors.push(factor)
    axes.push(names[side].shift()!)
  }
  return { region, factors, axes }
}

/** Arrays between which AccPar only cuts the batch: the wafers of a machine; a cluster is one. */
export const wafersOf = (machine: Machine): number => (machine.chip.kind === 'wafer' ? machine.chip.wafers : 1)

/**
 * The rectangles that AccPar may be given of each wafer: the largest one; and, because cuts in fives or sevens seldom divide a model and our encoding
 * has no unequal parts, the largest that cuts in twos and threes, and the largest that only ever halves, as its authors' arrays do.
 */
export function hierarchiesOf(machine: Machine): readonly Hierarchy[] {
  const wafers = wafersOf(machine)
  const [rows, columns, dies] = [machine.gridRows / wafers, machine.gridColumns, Math.floor(machine.dies / wafers)]
  const found = new Map<string, Hierarchy>()
  for (const most of [Infinity, 3, 2]) {
    let best = { rows: 1, columns: 1 }
    for (let y = rows; y >= 1; y--)
      for (let x = Math.min(columns, Math.floor(dies / y)); x * y > best.rows * best.columns; x--)
        if (largestPrime(x) <= most && largestPrime(y) <= most) best = { rows: y, columns: x }
    const key = `${best.rows}x${best.columns}`
    if (!found.has(key)) found.set(key, hierarchyOf(best.rows, best.columns))
  }
  return [...found.values()]
}
