/**
 * Kendall's tau-b of two rankings (Kendall 1945): 1 when they order every pair alike, -1 when they order every pair the other way, ties
 * counted half each way. O(n log n) by counting exchanges of a merge sort (Knight 1966).
 * @returns NaN where one of the two does not rank at all
 */
export function kendallTau(x: readonly number[], y: readonly number[]): number {
  const n = x.length
  const order = x.map((_value, index) => index).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!)
  const pairs = (count: number): number => (count * (count - 1)) / 2
  const tiesIn = (same: (a: number, b: number) => boolean, sorted: readonly number[]): number => {
    let ties = 0
    for (let start = 0, at = 1; at <= n; at++)
      if (at === n || !same(sorted[start]!, sorted[at]!)) {
        ties += pairs(at - start)
        start = at
      }
    return ties
  }
  const tiesX = tiesIn((a, b) => x[a] === x[b], order)
  const tiesBoth = tiesIn((a, b) => x[a] === x[b] && y[a] === y[b], order)
  const byY = [...order].sort((a, b) => y[a]! - y[b]!)
  const tiesY = tiesIn((a, b) => y[a] === y[b], byY)
  const exchanges = sortExchanges(order.map((index) => y[index]!))
  const all = pairs(n)
  const concordance = all - tiesX - tiesY + tiesBoth - 2 * exchanges
  return concordance / Math.sqrt((all - tiesX) * (all - tiesY))
}

/** Pairs that stand in the wrong order, found while sorting. */
function sortExchanges(values: number[]): number {
  if (values.length < 2) return 0
  const middle = values.length >> 1
  const left = values.slice(0, middle)
  const right = values.slice(middle)
  let exchanges = sortExchanges(left) + sortExchanges(right)
  for (let i = 0, j = 0, at = 0; at < values.length; at++)
    if (j === right.length || (i < left.length && left[i]! <= right[j]!)) values[at] = left[i++]!
    else {
      exchanges += left.length - i
      values[at] = right[j++]!
    }
  return exchanges
}
