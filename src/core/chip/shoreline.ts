import type { WaferChipSpec } from './chip-spec.ts'
import { dieMemoryBandwidth_Bps } from './die-resources.ts'
import { atMost, type Verdict } from './verdict.ts'

/** DRAM beside the die and both directions of its four link edges; DRAM on the die or the wafer edge crosses no die edge. */
export const shorelineDemand_Bps = (chip: WaferChipSpec): number =>
  (chip.memory.kind === 'stacks' ? dieMemoryBandwidth_Bps(chip) : 0) + 4 * 2 * chip.links.bandwidthPerEdge_Bps

/** What the whole die edge carries: perimeter x density. */
export const shorelineCapacity_Bps = (chip: WaferChipSpec): number =>
  2 * (chip.die.width_mm + chip.die.height_mm) * chip.links.shorelineDensity_BpsPerMm

/** DRAM and links share the edge of the die (FRED, 2406.19580: 12 TB/s = 6 of HBM + 3 each way between dies). */
export const shorelineVerdict = (chip: WaferChipSpec): Verdict =>
  atMost(
    'shoreline',
    'DRAM and links across the edge of a die',
    shorelineDemand_Bps(chip) / 1e9,
    shorelineCapacity_Bps(chip) / 1e9,
    'GB/s',
    'lower the link or DRAM bandwidth per die, lengthen the die edge, or stack the memory on the die'
  )
