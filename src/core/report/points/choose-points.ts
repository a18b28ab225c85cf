/** Ways to choose among too many points. Coordinates are losses: smaller is better. Indices are into them. */

/** Places of some values between the least (0) and the most (1) of them; 0 where all are equal. */
function normalized(values: ArrayLike<number>, among: ArrayLike<number>): Float64Array {
  let [least, most] = [Infinity, -Infinity]
  const places = new Float64Array(among.length)
  for (let at = 0; at < places.length; at++) {
    const value = values[among[at]!]!
    places[at] = value
    if (value < least) least = value
    if (value > most) most = value
  }
  const span = most - least
  for (let at = 0; at < places.length; at++) places[at] = span > 0 ? (places[at]! - least) / span : 0
  return places
}

/**
 * The knee of a front: the member farthest below the straight line between its two ends, in coordinates scaled to the front's own extent
 * (the normal-boundary view of Das, "On characterizing the knee of the Pareto curve", Structural Optimization 18, 1999). Undefined for an
 * empty front; the first end where no member bulges.
 */
export function knee(front: ArrayLike<number>, x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  const [u, v] = [normalized(x, front), normalized(y, front)]
  let lowest: number | undefined
  let depth = -Infinity
  for (let at = 0; at < front.length; at++) {
    // The ends are (0, 1) and (1, 0): the line is u + v = 1.
    const below = 1 - u[at]! - v[at]!
    if (below > depth) [lowest, depth] = [front[at]!, below]
  }
  return lowest
}

/**
 * At most so many members that stand for a front: both ends, then again and again the member farthest from those chosen, in coordinates
 * scaled to the front's own extent (Gonzalez, Theoretical Computer Science 38, 1985: no other choice halves the largest gap).
 * @returns in the order of the front
 */
export function thinned(front: ArrayLike<number>, x: ArrayLike<number>, y: ArrayLike<number>, most: number): number[] {
  if (front.length <= most) return Array.from(front)
  const [u, v] = [normalized(x, front), normalized(y, front)]
  /** Of each member the square of the distance to the nearest that is chosen; its own is 0. */
  const apart = new Float64Array(front.length).fill(Infinity)
  const chosen = new Set<number>()
  const choose = (member: number): void => {
    chosen.add(member)
    const [along, up] = [u[member]!, v[member]!]
    for (let at = 0; at < apart.length; at++) {
      const square = (u[at]! - along) ** 2 + (v[at]! - up) ** 2
      if (square < apart[at]!) apart[at] = square
    }
  }
  for (const end of [indexOfLeast(u), indexOfLeast(v)].slice(0, most)) choose(end)
  while (chosen.size < most) {
    const next = indexOfMost(apart)
    if (apart[next] === 0) break
    choose(next)
  }
  return [...chosen].sort((a, b) => a - b).map((member) => front[member]!)
}

function indexOfLeast(values: Float64Array): number {
  let least = 0
  for (let at = 1; at < values.length; at++) if (values[at]! < values[least]!) least = at
  return least
}
function indexOfMost(values: Float64Array): number {
  let most = 0
  for (let at = 1; at < values.length; at++) if (values[at]! > values[most]!) most = at
  return most
}

/** The index with the least loss among some; of equal ones the first; not a number never wins. */
export function best(among: ArrayLike<number>, loss: ArrayLike<number>): number | undefined {
  let found: number | undefined
  for (let at = 0; at < among.length; at++) {
    const index = among[at]!
    if (loss[index]! < (found === undefined ? Infinity : loss[found]!)) found = index
  }
  return found
}
