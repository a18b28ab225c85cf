import type { WaferChipSpec } from '../chip-spec.ts'
import { dieNumber, type DefectMap, type MeshGrid, type Place } from './defect-map.ts'

/** What is wrong with one die. */
export interface DieCondition {
  readonly isDead: boolean
  /** Of the cores made, spare ones included. */
  readonly deadCores: number
  /** Share of the clock that it runs at, above 0. */
  readonly clock: number
}
export const wholeDie: DieCondition = { isDead: false, deadCores: 0, clock: 1 }

/** Both ends of a link between neighbours. */
export type Link = readonly [Place, Place]

/** Cores made on each die, spare ones included. */
export const coresMade = ({ die }: WaferChipSpec): number => die.cores + (die.spareCores ?? 0)

const sameDie = (a: Place, b: Place): boolean => a[0] === b[0] && a[1] === b[1]
const tuple = ([row, column]: Place): [number, number] => [row, column]

/** The condition of a die; a share of dead cores as the nearest number of them, at least one. */
export function conditionOf(map: DefectMap, chip: WaferChipSpec, place: Place): DieCondition {
  const at = <Entry extends { readonly die: Place }>(entries: readonly Entry[]): Entry | undefined =>
    entries.find(({ die }) => sameDie(die, place))
  const losses = at(map.deadCores)
  const made = coresMade(chip)
  return {
    isDead: map.deadDies.some((die) => sameDie(die, place)),
    deadCores: losses ? (losses.cores ?? Math.min(made - 1, Math.max(1, Math.round(losses.share! * made)))) : 0,
    clock: at(map.slowDies)?.clock ?? 1
  }
}

/** Dies row by row: what was edited reads the same whichever way it came about. */
const inOrder = <Entry>(entries: readonly Entry[], grid: MeshGrid, dieOf: (entry: Entry) => Place): Entry[] =>
  entries.toSorted((a, b) => dieNumber(dieOf(a), grid) - dieNumber(dieOf(b), grid))

/**
 * The map with other conditions of some dies. A dead die has no cores and no clock to speak of, and one whose cores are all dead is dead, so the
 * map stays one that `checkDefects` accepts; statements of other dies stay as they are.
 */
export function withConditions(
  map: DefectMap,
  chip: WaferChipSpec,
  changes: readonly (readonly [Place, DieCondition])[]
): DefectMap {
  const { grid } = map
  const made = coresMade(chip)
  const changed = new Map(changes.map(([place, condition]) => [dieNumber(place, grid), [place, condition] as const]))
  const isKept = (die: Place): boolean => !changed.has(dieNumber(die, grid))
  const [dead, living]: [Place[], (readonly [Place, DieCondition])[]] = [[], []]
  for (const [place, condition] of changed.values())
    if (condition.isDead || condition.deadCores >= made) dead.push(place)
    else living.push([place, condition])
  return {
    ...map,
    deadDies: inOrder([...map.deadDies.filter(isKept), ...dead.map(tuple)], grid, (die) => die),
    deadCores: inOrder(
      [
        ...map.deadCores.filter(({ die }) => isKept(die)),
        ...living.flatMap(([die, { deadCores }]) => (deadCores > 0 ? [{ die: tuple(die), cores: deadCores }] : []))
      ],
      grid,
      ({ die }) => die
    ),
    slowDies: inOrder(
      [
        ...map.slowDies.filter(({ die }) => isKept(die)),
        ...living.flatMap(([die, { clock }]) => (clock < 1 ? [{ die: tuple(die), clock }] : []))
      ],
      grid,
      ({ die }) => die
    )
  }
}

/** A link named the same from both its ends: by die numbers, the lower first. */
const linkName = ([a, b]: Link, grid: MeshGrid): string =>
  [dieNumber(a, grid), dieNumber(b, grid)].sort((one, other) => one - other).join()

export const isDeadLink = ({ deadLinks, grid }: DefectMap, link: Link): boolean =>
  deadLinks.some((one) => linkName(one, grid) === linkName(link, grid))

/** The map with some links dead, or living. */
export function withLinks(map: DefectMap, links: readonly Link[], isDead: boolean): DefectMap {
  const { grid } = map
  const changed = new Map(links.map((link) => [linkName(link, grid), link]))
  const kept = map.deadLinks.filter((link) => !changed.has(linkName(link, grid)))
  const added = [...changed.values()].map(([a, b]): [[number, number], [number, number]] =>
    dieNumber(a, grid) < dieNumber(b, grid) ? [tuple(a), tuple(b)] : [tuple(b), tuple(a)]
  )
  const far = inOrder(isDead ? [...kept, ...added] : kept, grid, ([, to]) => to)
  return { ...map, deadLinks: inOrder(far, grid, ([from]) => from) }
}

/** A dead die lives again, whole; any other is dead. */
export const withDieToggled = (map: DefectMap, chip: WaferChipSpec, place: Place): DefectMap =>
  withConditions(map, chip, [[place, { ...wholeDie, isDead: !conditionOf(map, chip, place).isDead }]])

export const withLinkToggled = (map: DefectMap, link: Link): DefectMap => withLinks(map, [link], !isDeadLink(map, link))

/** What a brush did from where it was put down to where it was lifted. */
export interface BrushStroke {
  readonly paints: 'die' | 'link' | 'core' | 'slow'
  readonly erase: boolean
  readonly dies: readonly Place[]
  readonly links: readonly Link[]
  /** How many cores it touched on which dies. */
  readonly cores: readonly { readonly die: Place; readonly count: number }[]
  /** What a slow die is painted with: share of the clock. */
  readonly clock: number
}

/** The map after a stroke. Erasing takes back what the same brush paints; nothing but the brush for dies brings a dead die back. */
export function painted(map: DefectMap, chip: WaferChipSpec, stroke: BrushStroke): DefectMap {
  const { paints, erase, dies, links, cores, clock } = stroke
  if (paints === 'link') return withLinks(map, links, !erase)
  const changed = (places: readonly Place[], to: (now: DieCondition, at: number) => DieCondition): DefectMap =>
    withConditions(
      map,
      chip,
      places.flatMap((place, at): (readonly [Place, DieCondition])[] => {
        const now = conditionOf(map, chip, place)
        return now.isDead && paints !== 'die' ? [] : [[place, to(now, at)]]
      })
    )
  if (paints === 'die')
    return changed(dies, (now) => (erase ? { ...now, isDead: false } : { ...wholeDie, isDead: true }))
  if (paints === 'slow') return changed(dies, (now) => ({ ...now, clock: erase ? 1 : clock }))
  return changed(
    cores.map(({ die }) => die),
    (now, at) => ({ ...now, deadCores: Math.max(0, now.deadCores + (erase ? -1 : 1) * cores[at]!.count) })
  )
}
