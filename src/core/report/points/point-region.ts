import { counted } from '../../format/counted.ts'
/** A corner of a region drawn by hand. */
export type Corner = readonly [x: number, y: number]

/** What a person drew around points: a rectangle by two opposite corners, or a lasso, closed from its last corner to its first. */
export interface PointRegion {
  readonly shape: 'rectangle' | 'lasso'
  readonly corners: readonly Corner[]
}

export const pointsInWords = (count: number, shape: PointRegion['shape']): string =>
  `${counted(count, 'point')} in a ${shape}`

const outline = ({ shape, corners }: PointRegion): readonly Corner[] => {
  const [first, second] = corners
  if (shape === 'lasso' || !first || !second) return corners
  return [first, [second[0], first[1]], second, [first[0], second[1]]]
}

/** Slices of a region's height, each of which knows the edges that cross it. */
const MOST_BANDS = 1024

/**
 * Indices of points that lie inside a region (even-odd rule), in their order; a point without one of the values lies nowhere. An edge is
 * looked at only by points at its height, so that a long lasso around 100,000 points takes a few milliseconds.
 */
export function inRegion(
  among: ArrayLike<number>,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  region: PointRegion
): Uint32Array {
  const corners = outline(region)
  const count = corners.length
  if (count < 3) return new Uint32Array(0)
  const [xs, ys] = [Float64Array.from(corners, ([across]) => across), Float64Array.from(corners, ([, up]) => up)]
  const [left, right] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))]
  const [low, high] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))]
  const { bands, perHeight, starts, edges } = bandsOf(ys, low, high)
  const found = new Uint32Array(among.length)
  let size = 0
  for (let at = 0; at < among.length; at++) {
    const index = among[at]!
    // Number by number: an array of two for each of 100,000 points is most of the time that this takes when it runs for the first time.
    const px = x[index]!
    if (!(px >= left && px <= right)) continue
    const py = y[index]!
    if (!(py >= low && py <= high)) continue
    const band = Math.min(bands - 1, Math.floor((py - low) * perHeight))
    const end = starts[band + 1]!
    let inside = false
    for (let entry = starts[band]!; entry < end; entry++) {
      const a = edges[entry]!
      const b = a === 0 ? count - 1 : a - 1
      const ay = ys[a]!
      const by = ys[b]!
      if (ay > py !== by > py && px < ((xs[b]! - xs[a]!) * (py - ay)) / (by - ay) + xs[a]!) inside = !inside
    }
    if (inside) found[size++] = index
  }
  return found.slice(0, size)
}

/** The edges of an outline by the bands that they cross; an edge has the number of its later corner. */
function bandsOf(ys: Float64Array, low: number, high: number) {
  const bands = Math.min(MOST_BANDS, ys.length)
  const perHeight = high > low ? bands / (high - low) : 0
  const bandOf = (value: number): number => Math.min(bands - 1, Math.floor((value - low) * perHeight))
  const spanOf = (edge: number): readonly [number, number] => {
    const [a, b] = [bandOf(ys[edge]!), bandOf(ys[edge === 0 ? ys.length - 1 : edge - 1]!)]
    return a < b ? [a, b] : [b, a]
  }
  const starts = new Uint32Array(bands + 1)
  for (let edge = 0; edge < ys.length; edge++) {
    const [from, to] = spanOf(edge)
    for (let band = from; band <= to; band++) starts[band + 1]!++
  }
  for (let band = 0; band < bands; band++) starts[band + 1]! += starts[band]!
  const edges = new Uint32Array(starts[bands]!)
  const next = starts.slice()
  for (let edge = 0; edge < ys.length; edge++) {
    const [from, to] = spanOf(edge)
    for (let band = from; band <= to; band++) edges[next[band]!++] = edge
  }
  return { bands, perHeight, starts, edges }
}
