import { paretoFront } from './pareto.ts'

/**
 * Volume of what a set of points dominates, up to a reference point; smaller is better in every coordinate. Exact, by the exclusive volumes
 * of the WFG algorithm (While, Bradstreet and Barone, IEEE Trans. Evol. Comput. 16(1), 2012): meant for fronts of some hundred points in up to
 * four dimensions. Points that do not lie below the reference in every coordinate count nothing.
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => point.every((value, axis) => value < reference[axis]!))
  return volume(front(inside), reference)
}

const front = (points: readonly (readonly number[])[]): readonly (readonly number[])[] =>
  paretoFront(points, (point) => point)

/** Of mutually non-dominated points. */
function volume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  if (points.length === 0) return 0
  if (reference.length === 1) return reference[0]! - Math.min(...points.map(([x]) => x!))
  if (reference.length === 2) return area(points, reference)
  // The last coordinate falling: what a point is limited by then shares its last coordinate, and the dimension of the rest shrinks by one.
  const last = reference.length - 1
  const sorted = [...points].sort((a, b) => b[last]! - a[last]!)
  return sorted.reduce((sum, point, at) => sum + exclusive(point, sorted.slice(at + 1), reference, last), 0)
}

/** What a point adds to points that reach further down in the last coordinate. */
function exclusive(
  point: readonly number[],
  others: readonly (readonly number[])[],
  reference: readonly number[],
  last: number
): number {
  const below = reference.slice(0, last)
  const own = point.slice(0, last)
  const limited = others.map((other) => own.map((value, axis) => Math.max(value, other[axis]!)))
  const base = own.reduce((product, value, axis) => product * (below[axis]! - value), 1)
  return (reference[last]! - point[last]!) * (base - volume(front(limited), below))
}

/** Under a staircase. */
function area(points: readonly (readonly number[])[], [width, height]: readonly number[]): number {
  const sorted = [...points].sort((a, b) => a[0]! - b[0]!)
  let top = height!
  let sum = 0
  for (const [x, y] of sorted) {
    sum += (width! - x!) * (top - y!)
    top = y!
  }
  return sum
}
