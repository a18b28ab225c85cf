import type { WaferChipSpec } from '../chip-spec.ts'
import { gridOf, type DefectMap, type Place } from './defect-map.ts'
import { coresMade } from './edit-defects.ts'

/** What of a map lies on a chip of another grid, as a map of that chip; what lies beyond it is left out, and dies without a core are dead. */
export function fittedDefects(map: DefectMap, chip: WaferChipSpec): DefectMap {
  const grid = gridOf(chip)
  const made = coresMade(chip)
  const isInside = ([row, column]: Place): boolean => row < grid.rows * grid.wafers && column < grid.columns
  const inside = <Entry extends { readonly die: Place }>(entries: readonly Entry[]): Entry[] =>
    entries.filter(({ die }) => isInside(die))
  const emptied = inside(map.deadCores).filter(({ cores = 0 }) => cores >= made)
  const isEmptied = ({ die }: { readonly die: Place }): boolean =>
    emptied.some((one) => one.die[0] === die[0] && one.die[1] === die[1])
  return {
    ...map,
    grid,
    deadDies: [...map.deadDies.filter(isInside), ...emptied.map(({ die }) => die)],
    deadLinks: map.deadLinks.filter(([a, b]) => isInside(a) && isInside(b)),
    deadCores: inside(map.deadCores).filter((entry) => !isEmptied(entry)),
    slowDies: inside(map.slowDies).filter((entry) => !isEmptied(entry))
  }
}
