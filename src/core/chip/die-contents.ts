import type { WaferChipSpec } from './chip-spec.ts'
import { dieSram_B } from './die-resources.ts'
import { dieArea_mm2 } from './floorplan.ts'
import { technology } from './technology.ts'
import { atMost, type Verdict } from './verdict.ts'

/** Area of the SRAM and multiply-accumulates of one die, spare cores included, at both ends of the technology's figures. */
export function dieContents_mm2(chip: WaferChipSpec): { readonly low: number; readonly high: number } {
  const { sram_mm2PerMB, macArea_um2 } = technology(chip.technology)
  const spareFactor = 1 + (chip.die.spareCores ?? 0) / chip.die.cores
  const sram_MB = (dieSram_B(chip) / 2 ** 20) * spareFactor
  const macs = chip.die.cores * chip.die.macsPerCore * spareFactor
  const area = (end: 0 | 1): number => sram_MB * sram_mm2PerMB.value[end] + (macs * macArea_um2.value[end]) / 1e6
  return { low: area(0), high: area(1) }
}

/** SRAM and arithmetic at the low end of their areas against the die: a die that fails fails at every published figure. */
export const dieContentsVerdict = (chip: WaferChipSpec): Verdict =>
  atMost(
    'die-contents',
    'SRAM and arithmetic of a die',
    dieContents_mm2(chip).low,
    dieArea_mm2(chip),
    'mm2',
    'use fewer cores, less SRAM per core or smaller arrays, or a larger die'
  )
