/** What a stage must respect: the costs of its elements sum to at most `limit + room`, or to at most `room` whatever the limit. */
export interface StageLimit {
  /** By kind of element. */
  readonly costs: readonly number[]
  readonly room: number
  readonly isAbsolute?: boolean
}

/** By how much sums in another order may differ. */
const ROUNDING = 1e-12

/** How often a limit is raised at most; what has been reached then is below the least, but still a bound. */
const RAISES = 200

/**
 * The limit below which no stage can be: least `limit >= start` for which a chain can be cut into consecutive stretches, the i-th respecting
 * the i-th stage's limits. Stages take as much as they can, one after another, which fits whenever anything does, and the limit rises to
 * where some stage can take one more element (chains on chains; Pinar and Aykanat, JPDC 2004).
 * @param chain kinds of each element; @param stages limits of each; @returns Infinity where no limit is enough
 */
export function leastBottleneck(
  chain: readonly (readonly number[])[],
  stages: readonly (readonly StageLimit[])[],
  start: number
): number {
  let limit = start
  const sums: number[] = []
  for (let raises = 0; raises < RAISES; raises++) {
    let at = 0
    let next = Infinity
    for (const limits of stages) {
      sums.length = 0
      for (const _limit of limits) sums.push(0)
      for (; at < chain.length; at++) {
        const needed = neededFor(chain[at]!, limits, sums)
        if (needed > limit * (1 + ROUNDING)) {
          next = Math.min(next, needed)
          break
        }
        for (const [index, { costs }] of limits.entries()) sums[index]! += costOf(chain[at]!, costs)
      }
    }
    if (at === chain.length) return limit
    if (next === Infinity) return Infinity
    limit = next
  }
  return limit
}

function costOf(element: readonly number[], costs: readonly number[]): number {
  let sum = 0
  for (let index = 0; index < element.length; index++) sum += costs[element[index]!]!
  return sum
}

/** The least limit under which a stage can have an element beside what has summed up; Infinity where none is enough. */
export function neededFor(element: readonly number[], limits: readonly StageLimit[], sums: readonly number[]): number {
  let needed = -Infinity
  for (let index = 0; index < limits.length; index++) {
    const { costs, room, isAbsolute } = limits[index]!
    const over = (sums[index] ?? 0) + costOf(element, costs) - room
    if (!isAbsolute) needed = Math.max(needed, over)
    else if (over > ROUNDING * room) return Infinity
  }
  return needed
}
