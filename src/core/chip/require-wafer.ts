import { Problem } from '../problem.ts'
import type { ChipSpec, WaferChipSpec } from './chip-spec.ts'

/**
 * The wafer that something is asked of.
 * @param wanted what is asked for, as the subject of a sentence: `a floorplan`
 * @throws Problem `bad-input` for a cluster, which has no mesh of dies
 */
export function requireWafer(chip: ChipSpec, wanted: string): WaferChipSpec {
  if (chip.kind === 'wafer') return chip
  throw new Problem(
    'bad-input',
    `chip '${chip.name}' is a cluster; ${wanted} needs the dies of a wafer, choose a wafer chip`,
    'chip'
  )
}
