import type { WaferChipSpec } from './chip-spec.ts'
import { arraySize_mm, usableWaferArea_mm2, waferAreaInUse_mm2 } from './floorplan.ts'
import { atMost, type Verdict } from './verdict.ts'

const fix = 'use fewer or smaller dies, fewer DRAM stacks, or memory stacked on the die'

/** The wafer area in use against what may carry dies. */
export const waferAreaVerdict = (chip: WaferChipSpec): Verdict =>
  atMost(
    'wafer-area',
    'dies, DRAM and gaps on a wafer',
    waferAreaInUse_mm2(chip),
    usableWaferArea_mm2(chip),
    'mm2',
    fix
  )

/**
 * The outline of the array against the wafer: its diagonal against the usable diameter of a disc, its longer side
 * against the side of a square (whose clipped corners count as area above, because stacks can keep clear of them).
 */
export function waferExtentVerdict(chip: WaferChipSpec): Verdict {
  const array = arraySize_mm(chip)
  const { shape, size_mm, edgeExclusion_mm } = chip.wafer
  if (shape === 'square')
    return atMost(
      'wafer-extent',
      'longer side of the die array',
      Math.max(array.width_mm, array.height_mm),
      size_mm,
      'mm',
      fix
    )
  const diagonal_mm = Math.hypot(array.width_mm, array.height_mm)
  const usable_mm = Math.max(0, size_mm - 2 * edgeExclusion_mm)
  return atMost('wafer-extent', 'diagonal of the die array', diagonal_mm, usable_mm, 'mm', fix)
}
