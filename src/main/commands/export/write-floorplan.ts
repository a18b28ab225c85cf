import { requireWafer } from '../../../core/chip/require-wafer.ts'
import { writeFloorplan } from '../../../core/chip/editing/hotspot-floorplan.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import { chipFrom } from '../../input/chip-input.ts'
import type { OptionValues } from '../command.ts'
import { requiredText } from '../option-values.ts'
import { writeResultFile } from '../write-result-file.ts'
import type { Written } from './written.ts'

/** Writes one wafer of a chip as a HotSpot floorplan. @throws Problem for a cluster, which has none */
export function writeFloorplanFile(values: OptionValues, output: string, cwd: string): Written {
  const chip = requireWafer(chipFrom(requiredText(values, 'chip', 'C'), cwd), 'a floorplan')
  const text = writeFloorplan(chip)
  writeResultFile(output, cwd, text)
  const units = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  return {
    summary: { chip: chip.name, units },
    message: `Floorplan of ${chip.name}, ${formatCount(units)} units: ${output}\n`
  }
}
