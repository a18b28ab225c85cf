import { Problem } from '../../problem.ts'

/** No neighbour on that side. */
export const NONE = -1

/** Dies and their moves east, west, south and north, each a run of links: one, or three where it leaves a wafer. */
export interface MeshGrid {
  /** Of one wafer. */
  readonly rows: number
  readonly columns: number
  /** Neighbour of die d on side s at 4 d + s, or NONE where there is none or the wire between them is dead. */
  readonly neighbour: Int32Array
  /** Links of that move. */
  readonly moves: readonly (readonly number[])[]
}

/**
 * Routes over a mesh, remembered per pair; on a damaged one also the distances to each destination. A route goes along the row first, then
 * along the column (XY); around what is dead it is shortest in dies passed, leaves the wafers between its ends only where there is no
 * other way, and at equal length takes the first of east, west, south, north.
 * @param whole whether every die and wire lives
 * @returns the links from one die to another
 * @throws Problem `unreachable` (the function returned) when no path of living links joins them
 */
export function meshRoutes(
  grid: MeshGrid,
  alive: Uint8Array,
  whole: boolean,
  nodeName: (die: number) => string
): (from: number, to: number) => Int32Array {
  const dies = alive.length
  const { columns, neighbour, moves } = grid
  const known = new Map<number, Int32Array>()
  const waferOf = (die: number): number => Math.floor(die / columns / grid.rows)
  const distances = new Map<number, Int32Array>()
  /** Moves to a die, over the dies of some wafers; NONE where there is no way. */
  const distancesTo = (target: number, firstWafer: number, lastWafer: number): Int32Array => {
    const key = (target * dies + firstWafer) * dies + lastWafer
    const found = distances.get(key)
    if (found) return found
    const distance = new Int32Array(dies).fill(NONE)
    const queue = [target]
    distance[target] = 0
    for (let head = 0; head < queue.length; head++) {
      const die = queue[head]!
      for (let side = 0; side < 4; side++) {
        const next = neighbour[4 * die + side]!
        if (next === NONE || distance[next] !== NONE || waferOf(next) < firstWafer || waferOf(next) > lastWafer)
          continue
        distance[next] = distance[die]! + 1
        queue.push(next)
      }
    }
    distances.set(key, distance)
    return distance
  }
  const sideToward = (die: number, target: number): number => {
    const dx = (target % columns) - (die % columns)
    return dx > 0 ? 0 : dx < 0 ? 1 : target > die ? 2 : 3
  }
  const sideDown = (die: number, distance: Int32Array): number => {
    let side = 0
    while (neighbour[4 * die + side] === NONE || distance[neighbour[4 * die + side]!] !== distance[die]! - 1) side++
    return side
  }
  const distanceOf = (from: number, to: number): Int32Array => {
    const [first, last] = [Math.min(waferOf(from), waferOf(to)), Math.max(waferOf(from), waferOf(to))]
    const near = distancesTo(to, first, last)
    if (near[from] !== NONE) return near
    const far = distancesTo(to, 0, waferOf(dies - 1))
    if (far[from] !== NONE) return far
    const cause = [from, to].filter((die) => alive[die] === 0).map((die) => `${nodeName(die)} is dead`)
    throw new Problem(
      'unreachable',
      `no path leads from ${nodeName(from)} to ${nodeName(to)}: ` +
        `${cause.join(' and ') || 'dead dies and links cut them off from each other'}; map the work on other dies, or mend a die or a link`
    )
  }
  return (from, to) => {
    const found = known.get(from * dies + to)
    if (found) return found
    const path: number[] = []
    if (from !== to) {
      const distance = whole ? undefined : distanceOf(from, to)
      for (let die = from; die !== to;) {
        const side = distance ? sideDown(die, distance) : sideToward(die, to)
        path.push(...moves[4 * die + side]!)
        die = neighbour[4 * die + side]!
      }
    }
    const links = Int32Array.from(path)
    known.set(from * dies + to, links)
    return links
  }
}
