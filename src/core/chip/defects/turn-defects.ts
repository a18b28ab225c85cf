import { hasSymmetry, imageOf, type Symmetry } from '../editing/symmetry.ts'
import { dieNumber, type DefectMap, type MeshGrid, type Place } from './defect-map.ts'

/** Several wafers, one below the other, are turned as one mesh, so that what was side by side stays so. */
const meshOf = ({ rows, columns, wafers }: MeshGrid) => ({ rows: rows * wafers, columns })

/** Whether a map can be turned or mirrored so: by a quarter only on one square mesh. */
export const canTurn = (grid: MeshGrid, symmetry: Symmetry): boolean =>
  hasSymmetry(meshOf(grid), symmetry) && (symmetry !== 'quarter-turn' || grid.wafers === 1)

/** The map turned or mirrored; {@link canTurn} must allow it. */
export function turnedDefects(map: DefectMap, symmetry: Symmetry): DefectMap {
  const { grid } = map
  const to = (place: Place): [number, number] => [...imageOf(place, meshOf(grid), symmetry)] as [number, number]
  const order = (a: Place, b: Place): number => dieNumber(a, grid) - dieNumber(b, grid)
  const moved = <Entry extends { readonly die: Place }>(
    entries: readonly Entry[]
  ): (Entry & { die: [number, number] })[] =>
    entries.map((entry) => ({ ...entry, die: to(entry.die) })).sort((a, b) => order(a.die, b.die))
  return {
    ...map,
    deadDies: map.deadDies.map(to).sort(order),
    deadLinks: map.deadLinks
      .map(([a, b]): [[number, number], [number, number]] => {
        const [from, other] = [to(a), to(b)]
        return order(from, other) < 0 ? [from, other] : [other, from]
      })
      .sort((a, b) => order(a[0], b[0]) || order(a[1], b[1])),
    deadCores: moved(map.deadCores),
    slowDies: moved(map.slowDies)
  }
}
