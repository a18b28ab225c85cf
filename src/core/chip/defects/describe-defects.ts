import { counted } from '../../format/counted.ts'
import { formatCount } from '../../format/format-number.ts'
import { formatShare } from '../../format/format-quantity.ts'
import { isolationOf, type DefectFacts } from './defect-facts.ts'
import type { DefectMap } from './defect-map.ts'

/** A map in a few sentences, for people: what is dead, what is left, and whether what lives holds together. */
export function describeDefects(map: DefectMap, facts: DefectFacts): readonly string[] {
  const { dies, aliveDies, neededDies, links, aliveLinks, peakShare, slowestSpeed } = facts
  const partial = facts.dieSpeeds.filter((speed) => speed > 0 && speed < 1).length
  const isolation = isolationOf(facts, map.grid)
  return [
    `${formatCount(aliveDies)} of ${counted(dies, 'die')} and ${formatCount(aliveLinks)} of ${counted(links, 'link')} live; ${formatShare(peakShare)} of the peak is left.`,
    partial === 0
      ? 'Every living die runs at full speed.'
      : `${counted(partial, 'living die is', 'living dies are')} below full speed, the slowest at ${formatShare(slowestSpeed)}.`,
    ...(aliveDies < neededDies
      ? [
          `The chip needs ${formatCount(neededDies)} working dies, its spare ones do not make up for ${counted(neededDies - aliveDies, 'more dead one', 'more dead ones')}.`
        ]
      : []),
    isolation === undefined
      ? 'The living dies are one connected mesh.'
      : `${isolation[0]!.toUpperCase()}${isolation.slice(1)}.`
  ]
}

/** The mesh as text, a line per row: `.` a whole die, `o` one below full speed, `X` a dead one; links `-` and `|`, blank where dead. */
export function drawDefects({ grid }: DefectMap, { dieSpeeds, damage }: DefectFacts): string {
  const { columns } = grid
  const rows = grid.rows * grid.wafers
  const cut = new Set(damage.deadLinks.map(([a, b]) => `${Math.min(a, b)},${Math.max(a, b)}`))
  const joined = (a: number, b: number): boolean => dieSpeeds[a]! > 0 && dieSpeeds[b]! > 0 && !cut.has(`${a},${b}`)
  const glyph = (die: number): string => (dieSpeeds[die] === 0 ? 'X' : dieSpeeds[die]! < 1 ? 'o' : '.')
  const lines: string[] = []
  for (let row = 0; row < rows; row++) {
    const first = row * columns
    const dies = Array.from({ length: columns }, (_, column) => first + column)
    lines.push(
      dies.map((die, column) => glyph(die) + (column === columns - 1 ? '' : joined(die, die + 1) ? '-' : ' ')).join('')
    )
    if (row < rows - 1)
      lines.push(
        dies
          .map((die) => (joined(die, die + columns) ? '|' : ' '))
          .join(' ')
          .trimEnd()
      )
  }
  return `${lines.join('\n')}\n`
}
