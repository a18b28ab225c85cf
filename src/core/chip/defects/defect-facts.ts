import type { WaferChipSpec } from '../chip-spec.ts'
import { counted } from '../../format/counted.ts'
import { formatCount } from '../../format/format-number.ts'
import { placeWords } from '../../format/place-words.ts'
import { diesOfGrid, dieNumber, placeOf, type DefectMap, type MeshGrid } from './defect-map.ts'

/** What a network of links needs to know: dies by number (row x columns + column), links by the numbers of the dies they join. */
export interface DefectDamage {
  readonly deadDies: readonly number[]
  readonly deadLinks: readonly (readonly [number, number])[]
}

/** Dead dies and links of a map, in the order stated. */
export const defectDamage = ({ grid, deadDies, deadLinks }: DefectMap): DefectDamage => ({
  deadDies: deadDies.map((die) => dieNumber(die, grid)),
  deadLinks: deadLinks.map(([die, to]) => [dieNumber(die, grid), dieNumber(to, grid)])
})

/**
 * Peak of every die over that of a whole one, by number: 0 for a dead one, else (cores left / cores) x share of the clock. Spare cores stand in
 * for dead ones first.
 */
export function dieSpeeds({ grid, deadDies, deadCores, slowDies }: DefectMap, chip: WaferChipSpec): readonly number[] {
  const speeds = Array.from({ length: diesOfGrid(grid) }, () => 1)
  const spares = chip.die.spareCores ?? 0
  const made = chip.die.cores + spares
  for (const { die, cores, share } of deadCores) {
    const dead = cores ?? share! * made
    speeds[dieNumber(die, grid)]! *= (chip.die.cores - Math.max(0, dead - spares)) / chip.die.cores
  }
  for (const { die, clock } of slowDies) speeds[dieNumber(die, grid)]! *= clock
  for (const die of deadDies) speeds[dieNumber(die, grid)] = 0
  return speeds
}

/** Living neighbours of a die over living links. */
export function neighbourhood(
  grid: MeshGrid,
  { deadDies, deadLinks }: DefectDamage
): (die: number) => readonly number[] {
  const dies = diesOfGrid(grid)
  const dead = new Set(deadDies)
  const cut = new Set(deadLinks.flatMap(([a, b]) => [`${a},${b}`, `${b},${a}`]))
  return (die) => {
    const column = die % grid.columns
    return [
      ...(column > 0 ? [die - 1] : []),
      ...(column < grid.columns - 1 ? [die + 1] : []),
      die - grid.columns,
      die + grid.columns
    ].filter((next) => next >= 0 && next < dies && !dead.has(next) && !cut.has(`${die},${next}`))
  }
}

/** Connected parts of the living mesh, dies by number; the largest first, and of equal ones that with the lowest number. */
export function livingParts(grid: MeshGrid, damage: DefectDamage): readonly (readonly number[])[] {
  const neighbours = neighbourhood(grid, damage)
  const seen = new Set(damage.deadDies)
  const parts: number[][] = []
  for (let start = 0; start < diesOfGrid(grid); start++) {
    if (seen.has(start)) continue
    const part = [start]
    seen.add(start)
    for (const die of part)
      for (const next of neighbours(die))
        if (!seen.has(next)) {
          seen.add(next)
          part.push(next)
        }
    parts.push(part.sort((a, b) => a - b))
  }
  return parts.sort((a, b) => b.length - a.length || a[0]! - b[0]!)
}

/** What a map leaves of a chip. */
export interface DefectFacts {
  readonly dies: number
  readonly aliveDies: number
  /** Dies that the chip works with: all but its spare ones. */
  readonly neededDies: number
  /** Links between neighbours on an undamaged chip, and those of them that still join two living dies. */
  readonly links: number
  readonly aliveLinks: number
  /** Peak of every die over that of a whole one, by number. */
  readonly dieSpeeds: readonly number[]
  /** Their mean: the share of the peak that is left. */
  readonly peakShare: number
  /** Speed of the slowest living die; 0 when none lives. */
  readonly slowestSpeed: number
  /** Connected parts of the living mesh, largest first. */
  readonly parts: readonly (readonly number[])[]
  readonly damage: DefectDamage
}

/** Facts of a map that {@link checkDefects} accepts for the chip. */
export function defectFacts(map: DefectMap, chip: WaferChipSpec): DefectFacts {
  const { grid } = map
  const dies = diesOfGrid(grid)
  const damage = defectDamage(map)
  const speeds = dieSpeeds(map, chip)
  const neighbours = neighbourhood(grid, damage)
  const alive = speeds.flatMap((speed, die) => (speed > 0 ? [die] : []))
  const rows = grid.rows * grid.wafers
  return {
    dies,
    aliveDies: alive.length,
    neededDies: dies - chip.grid.spares * chip.wafers,
    links: rows * (grid.columns - 1) + (rows - 1) * grid.columns,
    aliveLinks: alive.reduce((count, die) => count + neighbours(die).length, 0) / 2,
    dieSpeeds: speeds,
    peakShare: speeds.reduce((sum, speed) => sum + speed, 0) / dies,
    slowestSpeed: alive.reduce((least, die) => Math.min(least, speeds[die]!), alive.length > 0 ? 1 : 0),
    parts: livingParts(grid, damage),
    damage
  }
}

/** How many dies a message lists before it counts the rest. */
const MOST_LISTED = 4

/** What keeps the living dies from working together, in one sentence; undefined when nothing does. */
export function isolationOf({ parts }: DefectFacts, grid: MeshGrid): string | undefined {
  const [main, ...others] = parts
  if (!main) return 'no die lives'
  if (others.length === 0) return undefined
  const lost = others.flat().sort((a, b) => a - b)
  const listed = lost.slice(0, MOST_LISTED).map((die) => placeWords(placeOf(die, grid)))
  const more = lost.length > MOST_LISTED ? ` and ${counted(lost.length - MOST_LISTED, 'more', 'more')}` : ''
  return (
    `${lost.length === 1 ? 'die' : 'dies'} ${listed.join('; ')}${more} cannot be reached from the other ${formatCount(main.length)} that live: ` +
    `every way is over a dead die or link, so ${lost.length === 1 ? 'it stays' : 'they stay'} idle`
  )
}
