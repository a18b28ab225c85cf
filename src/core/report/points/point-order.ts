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

const maskOf = (frame: PointFrame, indices: ArrayLike<number>): Uint8Array => {
  const mask = new Uint8Array(frame.size)
  for (let at = 0; at < indices.length; at++) mask[indices[at]!] = 1
  return mask
}

/** How many of an order, those without the quantity at its end left out. */
function countOf(order: Uint32Array, values: ArrayLike<number>): number {
  let count = order.length
  while (count > 0 && Number.isNaN(values[order[count - 1]!]!)) count--
  return count
}

// What follows runs over every point, often once in the life of a page: plain loops are quick before a compiler has seen them, too.

/** Some points of a frame by a quantity; equal ones in the frame's order, those without the quantity last. */
export function sortedPoints(frame: PointFrame, among: ArrayLike<number>, by: PointKey, up: boolean): Uint32Array {
  const [order, values, mask] = [orderBy(frame, by), valuesOf(frame, by), maskOf(frame, among)]
  const last = countOf(order, values)
  const sorted = new Uint32Array(among.length)
  let count = 0
  // From the most down, runs of equal ones the other way, which is the frame's.
  for (let end = up ? 0 : last; end > 0;) {
    let start = end - 1
    const value = values[order[start]!]!
    while (start > 0 && values[order[start - 1]!] === value) start--
    for (let at = start; at < end; at++) if (mask[order[at]!] === 1) sorted[count++] = order[at]!
    end = start
  }
  for (let at = up ? 0 : last; at < order.length; at++) if (mask[order[at]!] === 1) sorted[count++] = order[at]!
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
  const [order, mask, xs, ys] = [orderBy(frame, x), maskOf(frame, among), frame.metrics[x], frame.metrics[y]]
  const sign = metricOf(y).better === 'less' ? 1 : -1
  const up = metricOf(x).better === 'less'
  const last = countOf(order, xs)
  const front: number[] = []
  let lowest = Infinity
  let lastX = NaN
  for (let at = 0; at < last; at++) {
    const index = order[up ? at : last - 1 - at]!
    if (mask[index] === 0) continue
    const loss = sign * ys[index]!
    // Downwards, the first of equal ones comes last.
    const isEarlier = !up && loss === lowest && xs[index] === lastX
    if (!(loss < lowest) && !isEarlier) continue
    if (xs[index] === lastX) front[front.length - 1] = index
    else front.push(index)
    lowest = loss
    lastX = xs[index]!
  }
  return Uint32Array.from(front)
}
