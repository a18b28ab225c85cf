import type { WaferChipSpec } from './chip-spec.ts'
import { siteSize_mm } from './floorplan.ts'
import { atMost, type Verdict } from './verdict.ts'

/** Longest wire between the facing edges of neighbouring dies: the gap and whatever stacks lie between them. */
export function longestWire_mm(chip: WaferChipSpec): number {
  const site = siteSize_mm(chip)
  const across_mm = chip.grid.columns > 1 ? site.width_mm - chip.die.width_mm + chip.grid.gap_mm : 0
  const down_mm = chip.grid.rows > 1 ? site.height_mm - chip.die.height_mm + chip.grid.gap_mm : 0
  return Math.max(across_mm, down_mm)
}

/** Wires between neighbours against the reach of the link; 50 mm before errors need correction (PD co-design, ISCA 2025). */
export const wireReachVerdict = (chip: WaferChipSpec): Verdict =>
  atMost(
    'wire-reach',
    'wire between neighbouring dies',
    longestWire_mm(chip),
    chip.links.reach_mm,
    'mm',
    'bring the dies closer: fewer stacks between them or a smaller gap'
  )
