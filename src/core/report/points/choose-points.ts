/** Ways to choose among too many points. Coordinates are losses: smaller is better. Indices are into them. */

/** Places of values between the least (0) and the most (1) of some of them; 0 where all are equal. */
function normalized(values: ArrayLike<number>, among: ArrayLike<number>): (index: number) => number {
  let [least, most] = [Infinity, -Infinity]
  for (let at = 0; at < among.length; at++) {
    const value = values[among[at]!]!
    if (value < least) least = value
    if (value > most) most = value
  }
  const span = most - least
  return (index) => (span > 0 ? (values[index]! - least) / span : 0)
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
    const below = 1 - u(front[at]!) - v(front[at]!)
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
  const all = Array.from(front)
  if (all.length <= most) return all
  const [u, v] = [normalized(x, front), normalized(y, front)]
  const end = (values: ArrayLike<number>): number =>
    all.reduce((least, index) => (values[index]! < values[least]! ? index : least), all[0]!)
  const chosen = new Set([end(x), end(y)].slice(0, most))
  const distance = new Map(all.map((index) => [index, Infinity]))
  const near = (to: number): void => {
    for (const index of all)
      distance.set(index, Math.min(distance.get(index)!, Math.hypot(u(index) - u(to), v(index) - v(to))))
  }
  chosen.forEach(near)
  while (chosen.size < most) {
    const next = all.reduce((far, index) => (distance.get(index)! > distance.get(far)! ? index : far), all[0]!)
    if (distance.get(next) === 0) break
    chosen.add(next)
    near(next)
  }
  return all.filter((index) => chosen.has(index))
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
