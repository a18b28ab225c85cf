import type { WaferChipSpec } from '../chip-spec.ts'
import { arraySize_mm, diesOfWafer } from '../floorplan.ts'
import { MOST_ROWS, withMember, withNumber } from './fields.ts'

/** A change of a chip, and what a person is told that it does. */
export interface ChipChange {
  readonly title: string
  readonly chip: WaferChipSpec
}

/** As many dies on other rows and columns, the most compact array first. */
function rearranged(chip: WaferChipSpec): readonly ChipChange[] {
  const dies = diesOfWafer(chip)
  const sides = Array.from({ length: Math.min(MOST_ROWS, dies) }, (_, at) => at + 1).filter(
    (rows) => dies % rows === 0 && dies / rows <= MOST_ROWS && rows !== chip.grid.rows
  )
  const changes = sides.map((rows): ChipChange & { readonly extent_mm: number } => {
    const columns = dies / rows
    const array = withNumber(withNumber(chip, 'grid.rows', rows), 'grid.columns', columns)
    const moved = { ...array, grid: { ...array.grid, spares: chip.grid.spares } }
    const { width_mm, height_mm } = arraySize_mm(moved)
    const title = `Move the dies: ${rows} ${rows === 1 ? 'row' : 'rows'} of ${columns}`
    return { title, chip: moved, extent_mm: Math.hypot(width_mm, height_mm) }
  })
  return changes.sort((a, b) => a.extent_mm - b.extent_mm)
}

/** The DRAM to the other place that a die has for it. */
function movedMemory(chip: WaferChipSpec): readonly ChipChange[] {
  if (chip.memory.stacksPerDie === 0) return []
  const to = (kind: WaferChipSpec['memory']['kind'], where: string): readonly ChipChange[] => [
    { title: `Move the DRAM stacks ${where}`, chip: withMember(chip, 'memory.kind', kind) }
  ]
  if (chip.memory.kind === 'stacks') return to('stacked-on-die', 'onto the dies')
  return chip.memory.kind === 'stacked-on-die' ? to('stacks', 'beside the dies') : []
}

/** Limits that dies break by where they lie, and those that DRAM does. */
const ofDies = new Set(['wafer-extent', 'outside'])
const ofMemory = new Set(['wafer-area', 'wafer-extent', 'outside', 'dram-footprint', 'shoreline', 'wire-reach'])

/**
 * Changes that could mend a limit, or dies outside the wafer, by moving what is in the way: the number of dies, stacks and bytes stays as it
 * is. A chip says in which array dies lie and where its DRAM is bonded; where blocks lie inside a die it does not say, so that those cannot
 * be moved.
 */
export const movesFor = (chip: WaferChipSpec, name: string): readonly ChipChange[] => [
  ...(ofDies.has(name) ? rearranged(chip) : []),
  ...(ofMemory.has(name) ? movedMemory(chip) : [])
]
