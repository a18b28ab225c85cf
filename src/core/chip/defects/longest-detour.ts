import { neighbourhood, type DefectFacts } from './defect-facts.ts'
import { placeOf, type MeshGrid, type Place } from './defect-map.ts'

/** The two dies whose way is longest beside what it would be on a whole wafer. */
export interface Detour {
  readonly from: Place
  readonly to: Place
  /** Links on the shortest living way. */
  readonly hops: number
  /** How many more these are than on a whole wafer. */
  readonly extraHops: number
}

/** Dies above which ways between all pairs would hold up a page. */
export const MOST_DETOUR_DIES = 1024

/**
 * The longest detour within the largest connected part, over shortest ways between all pairs of its dies, of equal ones that between the nearest two; undefined where no way is longer than
 * rows and columns apart make it, or above {@link MOST_DETOUR_DIES}.
 */
export function longestDetour({ parts: [main = []], damage }: DefectFacts, grid: MeshGrid): Detour | undefined {
  if (main.length > MOST_DETOUR_DIES) return undefined
  const neighbours = neighbourhood(grid, damage)
  const around = new Map(main.map((die) => [die, neighbours(die)]))
  let longest: Detour | undefined
  for (const start of main) {
    const from = placeOf(start, grid)
    const hops = new Map([[start, 0]])
    for (const [die, far] of hops) {
      const to = placeOf(die, grid)
      const extraHops = far - Math.abs(from[0] - to[0]) - Math.abs(from[1] - to[1])
      const than = longest ?? { extraHops: 0, hops: Infinity }
      const isLonger = extraHops > than.extraHops || (extraHops === longest?.extraHops && far < than.hops)
      if (isLonger) longest = { from, to, hops: far, extraHops }
      for (const next of around.get(die)!) if (!hops.has(next)) hops.set(next, far + 1)
    }
  }
  return longest
}
