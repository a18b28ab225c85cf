import type { WaferChipSpec } from './chip-spec.ts'
import {
  arraySize_mm,
  dieArea_mm2,
  diesOfWafer,
  edgePortArea_mm2,
  stackArea_mm2,
  usableWaferArea_mm2
} from './floorplan.ts'
import { atMost, type Verdict } from './verdict.ts'

/**
 * Footprint of the DRAM against the room there is for it: beside each die, its equal share of the wafer less the die;
 * on the die, the die; on the wafer edge, what the array leaves of the wafer.
 */
export function dramFootprintVerdict(chip: WaferChipSpec): Verdict {
  const { kind, stacksPerDie, stackFootprint_mm2 } = chip.memory
  const usable_mm2 = usableWaferArea_mm2(chip)
  if (kind === 'edge') {
    const array = arraySize_mm(chip)
    const room_mm2 = Math.max(0, usable_mm2 - array.width_mm * array.height_mm)
    const fix = 'use fewer edge ports or fewer dies'
    return atMost('dram-footprint', 'DRAM ports on the wafer edge', edgePortArea_mm2(chip), room_mm2, 'mm2', fix)
  }
  if (kind === 'stacked-on-die') {
    const fix = 'use fewer stacks or a larger die'
    const value = stacksPerDie * stackFootprint_mm2
    return atMost('dram-footprint', 'DRAM stacks on a die', value, dieArea_mm2(chip), 'mm2', fix)
  }
  const room_mm2 = Math.max(0, usable_mm2 / diesOfWafer(chip) - dieArea_mm2(chip))
  const fix = 'use fewer stacks, fewer dies, or memory stacked on the die'
  return atMost('dram-footprint', 'DRAM stacks beside a die', stackArea_mm2(chip), room_mm2, 'mm2', fix)
}
