import { ascendingOrder } from '../../optimization/ascending-order.ts'
import { metricOf, type PointFrame, type PointMetricName } from './point-frame.ts'

/** What points can be sorted by. */
export type PointKey = PointMetricName | 'id'

const valuesOf = (frame: PointFrame, by: PointKey): ArrayLike<number> => (by === 'id' ? frame.id : frame.metrics[by])

/** Every point of a frame in the order of a quantity: filters only choose among them, so that each is sorted once. */
const orders = new WeakMap<PointFrame, Map<PointKey, Uint32Array>>()
function orderBy(frame: PointFrame, by: PointKey): Uint32Array {
  const known = orders.get(frame) ?? new Map<PointKey, Uint32Array>()
  orders.set(frame, known)
  const order = known.get(by) ?? ascendingOrder(valuesOf(frame, by))
  known.set(by, order)
  return order
}

/** Calls back with the start and end of every run of equal numbers, from the least or from the most; a run keeps the frame's order. */
function eachRun(
  order: Uint32Array,
  values: ArrayLike<number>,
  up: boolean,
  visit: (start: number, end: number) => void
): void {
  let last = order.length
  while (last > 0 && Number.isNaN(values[order[last - 1]!]!)) last--
  const equal = (a: number, b: number): boolean => values[order[a]!] === values[order[b]!]
  if (up)
    for (let start = 0, end = 1; start < last; start = end++) {
      while (end < last && equal(start, end)) end++
      visit(start, end)
    }
  else
    for (let end = last, start = last - 1; end > 0; end = start--) {
      while (start > 0 && equal(start - 1, end - 1)) start--
      visit(start, end)
    }
}

const maskOf = (frame: PointFrame, indices: ArrayLike<number>): Uint8Array => {
  const mask = new Uint8Array(frame.size)
  for (let at = 0; at < indices.length; at++) mask[indices[at]!] = 1
  return mask
}

/** Some points of a frame by a quantity; equal ones in the frame's order, those without the quantity last. */
export function sortedPoints(frame: PointFrame, among: ArrayLike<number>, by: PointKey, up: boolean): Uint32Array {
  const [order, values, mask] = [orderBy(frame, by), valuesOf(frame, by), maskOf(frame, among)]
  const sorted = new Uint32Array(among.length)
  let count = 0
  let visited = 0
  const take = (start: number, end: number): void => {
    visited += end - start
    for (let at = start; at < end; at++) if (mask[order[at]!] === 1) sorted[count++] = order[at]!
  }
  eachRun(order, values, up, take)
  take(visited, order.length)
  return sorted
}

/**
 * The points that none of some beats in two quantities, each the better way, from the best x on; of equal ones the first. Those without one of
 * the quantities are left out.
 */
export function frontOf(
  frame: PointFrame,
  among: ArrayLike<number>,
  x: PointMetricName,
  y: PointMetricName
): Uint32Array {
  const [order, mask, ys] = [orderBy(frame, x), maskOf(frame, among), frame.metrics[y]]
  const sign = metricOf(y).better === 'less' ? 1 : -1
  const front: number[] = []
  let lowest = Infinity
  eachRun(order, frame.metrics[x], metricOf(x).better === 'less', (start, end) => {
    let best: number | undefined
    for (let at = start; at < end; at++) {
      const index = order[at]!
      const loss = sign * ys[index]!
      if (mask[index] === 1 && loss < lowest) [best, lowest] = [index, loss]
    }
    if (best !== undefined) front.push(best)
  })
  return Uint32Array.from(front)
}
