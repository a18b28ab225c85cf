import type { WaferChipSpec } from './chip-spec.ts'
import { dieArea_mm2, diesOfWafer } from './floorplan.ts'
import { assembly, technology } from './technology.ts'
import { formatArea_mm2, formatCost_usd } from '../format/format-quantity.ts'
import { atMost, type Verdict } from './verdict.ts'
import { dieYield, waferYield } from './yield.ts'

/** Whole dies on a round wafer: pi (R-e)^2/A - pi (d-2e)/sqrt(2A), scribe lines in A (Gemini 2312.16436, cost model). */
export function diesPerWafer(width_mm: number, height_mm: number): number {
  const diameter_mm = assembly.waferDiameter_mm.value - 2 * assembly.edgeLoss_mm.value
  const area_mm2 = (width_mm + assembly.scribe_mm.value) * (height_mm + assembly.scribe_mm.value)
  const whole = (Math.PI * diameter_mm ** 2) / 4 / area_mm2 - (Math.PI * diameter_mm) / Math.sqrt(2 * area_mm2)
  return Math.max(1, Math.floor(whole))
}

/** What a wafer with its memory costs to make, by part, before wafers that fail. */
export interface WaferCost_usd {
  readonly logic: number
  readonly memory: number
  /** bonds and the carrier wafer; none on a monolithic wafer */
  readonly assembly: number
  /** what wafers that fail add to each good one */
  readonly scrap: number
}

/** Logic = wafer price / (dies per wafer x die yield) per die; DRAM by capacity; scrap by the wafer yield. */
export function waferCostParts_usd(chip: WaferChipSpec): WaferCost_usd {
  const { waferPrice_usd } = technology(chip.technology)
  const dies = diesOfWafer(chip)
  const monolithic = chip.manufacture?.assembly === 'monolithic'
  const perDie_usd = waferPrice_usd.value / (diesPerWafer(chip.die.width_mm, chip.die.height_mm) * dieYield(chip))
  const logic = monolithic ? waferPrice_usd.value : dies * perDie_usd
  const { kind, stacksPerDie, stackCapacity_B } = chip.memory
  const stacks = kind === 'sram' ? 0 : kind === 'edge' ? stacksPerDie : dies * stacksPerDie
  const memory = ((stacks * stackCapacity_B) / 1e9) * assembly.dramPrice_usdPerGB.value
  const bonding = monolithic ? 0 : dies * assembly.bond_usd.value + assembly.carrierPrice_usd.value
  const made = logic + memory + bonding
  return { logic, memory, assembly: bonding, scrap: made / waferYield(chip) - made }
}

/** Cost of making one good wafer with its memory; no design, test, power delivery, cooling or margin. */
export function waferCost_usd(chip: WaferChipSpec): number {
  const { logic, memory, assembly: bonding, scrap } = waferCostParts_usd(chip)
  return logic + memory + bonding + scrap
}

/** Cost of a good wafer against `manufacture.costCap_usd`; without one the cost is only reported. */
export function costVerdict(chip: WaferChipSpec): Verdict {
  const value = waferCost_usd(chip)
  const limit = chip.manufacture?.costCap_usd
  const subject = `cost of a good wafer (dies of ${formatArea_mm2(dieArea_mm2(chip))})`
  if (limit !== undefined)
    return atMost('cost', subject, value, limit, 'USD', 'use fewer or smaller dies, less DRAM, or spare dies')
  const message = `${subject}: ${formatCost_usd(value)}, no limit set`
  return { name: 'cost', value, limit: null, unit: 'USD', ok: true, waived: false, margin: null, message, fix: '' }
}
