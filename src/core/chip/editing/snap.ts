import type { WaferChipSpec } from '../chip-spec.ts'
import { assembly } from '../technology.ts'
import { chipField, withMember } from './fields.ts'
import { solveFor } from './solve-for.ts'

/** A length that a side of the die is drawn to, and why. */
export interface SnapTarget {
  readonly value_mm: number
  readonly reason: string
}

export type DieSide = 'width' | 'height'
/** Positions of edges that the process can make; lengths between targets are rounded to it. */
export const GRID_MM = 0.05

const FRACTIONS = [1, 2, 3, 4]

/** The side at which so many dies fill the wafer without slack; undefined where none do. */
function filling(chip: WaferChipSpec, side: DieSide, count: number): SnapTarget | undefined {
  const [counted, name] = side === 'width' ? (['grid.columns', 'columns'] as const) : (['grid.rows', 'rows'] as const)
  const counts = chipField(counted)
  if (count < counts.least || count > counts.most) return undefined
  const found = solveFor(withMember(chip, counted, count), chipField(`die.${side}_mm`), ['wafer-area', 'wafer-extent'])
  if (found.kind === 'conflict' || found.binding.length === 0) return undefined
  return { value_mm: found.value, reason: `${count} ${name} fill the wafer` }
}

/** Lengths that mean something for a side of the die as the chip is: worked out once when a gesture begins. */
export function snapTargets(chip: WaferChipSpec, side: DieSide): readonly SnapTarget[] {
  const { least, most } = chipField(`die.${side}_mm`)
  const count = side === 'width' ? chip.grid.columns : chip.grid.rows
  const other_mm = side === 'width' ? chip.die.height_mm : chip.die.width_mm
  const reticle = [assembly.reticleShortSide_mm.value, assembly.reticleLongSide_mm.value].flatMap((length) =>
    FRACTIONS.map((parts) => ({
      value_mm: length / parts,
      reason: parts === 1 ? `reticle side, ${length} mm` : `1/${parts} of the reticle side, ${length} mm`
    }))
  )
  const fills = [count - 1, count, count + 1].flatMap((dies) => filling(chip, side, dies) ?? [])
  const all = [...fills, ...reticle, { value_mm: other_mm, reason: 'square die' }]
  return all.filter(({ value_mm }) => value_mm >= least && value_mm <= most).sort((a, b) => a.value_mm - b.value_mm)
}

/** A length and why it is that one. */
export interface Snapped {
  readonly value_mm: number
  readonly reason: string
}

/**
 * A side drawn to the nearest target within reach, else to the grid; never outside what the field takes.
 * @param reach_mm how near a target must be
 */
export function snapped(side: DieSide, wanted_mm: number, targets: readonly SnapTarget[], reach_mm: number): Snapped {
  const { least, most } = chipField(`die.${side}_mm`)
  const inside = (value_mm: number): number => Math.min(most, Math.max(least, value_mm))
  const nearest = targets.reduce<SnapTarget | undefined>((best, target) => {
    const distance = Math.abs(target.value_mm - wanted_mm)
    if (distance > reach_mm) return best
    return !best || distance < Math.abs(best.value_mm - wanted_mm) ? target : best
  }, undefined)
  if (nearest) return { value_mm: inside(nearest.value_mm), reason: nearest.reason }
  const onGrid = Math.round(wanted_mm / GRID_MM) * GRID_MM
  return { value_mm: inside(Number(onGrid.toFixed(4))), reason: `grid of ${GRID_MM} mm` }
}
