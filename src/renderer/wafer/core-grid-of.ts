import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import { coreGrid, type CoreGrid } from '../../core/chip/editing/core-grid.ts'

/** The cores of a die, spare ones included, in the shape of the die. */
export const coreGridOf = ({ die }: WaferChipSpec): CoreGrid =>
  coreGrid(die.cores + (die.spareCores ?? 0), die.width_mm / die.height_mm)
