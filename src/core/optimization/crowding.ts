/**
 * How alone each point of a front is: the sum over the coordinates of the gap between its two neighbours, as a share of the front's extent
 * (Deb and others, NSGA-II, IEEE Trans. Evol. Comput. 6(2), 2002). The ends of a coordinate are infinitely alone.
 */
export function crowdingDistances(points: readonly (readonly number[])[]): Float64Array {
  const distances = new Float64Array(points.length)
  const dimensions = points[0]?.length ?? 0
  for (let axis = 0; axis < dimensions; axis++) {
    const order = points.map((_, index) => index).sort((a, b) => points[a]![axis]! - points[b]![axis]! || a - b)
    const extent = points[order.at(-1)!]![axis]! - points[order[0]!]![axis]!
    if (extent === 0) continue
    distances[order[0]!] = Infinity
    distances[order.at(-1)!] = Infinity
    for (let place = 1; place + 1 < order.length; place++)
      distances[order[place]!]! += (points[order[place + 1]!]![axis]! - points[order[place - 1]!]![axis]!) / extent
  }
  return distances
}

/** At most so many of a front's members, the most alone of them, in the order given. */
export function leastCrowded<Item>(
  items: readonly Item[],
  most: number,
  coordinates: (item: Item) => readonly number[]
): readonly Item[] {
  if (items.length <= most) return items
  const distances = crowdingDistances(items.map(coordinates))
  const kept = items.map((_, index) => index).sort((a, b) => distances[b]! - distances[a]! || a - b)
  return kept
    .slice(0, most)
    .sort((a, b) => a - b)
    .map((index) => items[index]!)
}
