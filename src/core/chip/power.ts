import type { ChipSpec, WaferChipSpec } from './chip-spec.ts'
import { dieMemoryBandwidth_Bps, diePeak_flops } from './die-resources.ts'
import { diesOfWafer } from './floorplan.ts'
import { assembly } from './technology.ts'
import { formatPower_W, formatRange } from '../format/format-quantity.ts'
import { atMost, type Verdict } from './verdict.ts'

/** Both ends of a power that published energies leave open. */
export interface PowerRange_W {
  readonly low: number
  readonly high: number
}

/** 8e-12: a byte per second at one picojoule per bit, in watt. */
const wattPerByte = 8e-12

const scaled = (amount: number, [low, high]: readonly [number, number]): PowerRange_W => ({
  low: amount * low,
  high: amount * high
})

/** Pairs of neighbouring dies on one wafer. */
const neighbourPairs = ({ grid: { rows, columns } }: WaferChipSpec): number =>
  rows * (columns - 1) + columns * (rows - 1)

/** Power of one wafer with everything at full rate, by what draws it. */
export interface WaferPower_W {
  /** peak x whole-chip energy of a FLOP, which holds SRAM, on-die wires and leakage at full rate */
  readonly compute: PowerRange_W
  /** DRAM at full bandwidth; SRAM is in compute */
  readonly memory: PowerRange_W
  /** both directions of every link between neighbours */
  readonly links: PowerRange_W
  /** both directions of the four wafer edges; none on a single wafer */
  readonly waferLinks: PowerRange_W
}

/** Spare dies are counted as off. Energies: chip spec; formulas: sum of rate x energy. */
export function waferPower_W(chip: WaferChipSpec): WaferPower_W {
  const dies = diesOfWafer(chip) - chip.grid.spares
  const memory_Bps = chip.memory.kind === 'sram' ? 0 : dies * dieMemoryBandwidth_Bps(chip)
  const links_Bps = 2 * neighbourPairs(chip) * chip.links.bandwidthPerEdge_Bps
  const waferLinks_Bps = chip.wafers > 1 ? 2 * 4 * chip.waferLink.bandwidth_Bps : 0
  return {
    compute: scaled(dies * diePeak_flops(chip) * 1e-12, chip.die.energyPerFlop_pJ),
    memory: scaled(memory_Bps * wattPerByte, chip.memory.energy_pJPerBit),
    links: scaled(links_Bps * wattPerByte, chip.links.energy_pJPerBit),
    waferLinks: scaled(waferLinks_Bps * wattPerByte, chip.waferLink.energy_pJPerBit)
  }
}

/** Power of one wafer, or of all devices of a cluster (their design power), with everything at full rate. */
export function chipPower_W(chip: ChipSpec): PowerRange_W {
  if (chip.kind === 'cluster') return scaled(chip.devices * chip.device.power_W, [1, 1])
  const parts = Object.values(waferPower_W(chip)) as PowerRange_W[]
  return {
    low: parts.reduce((sum, part) => sum + part.low, 0),
    high: parts.reduce((sum, part) => sum + part.high, 0)
  }
}

/**
 * Power that flows whether or not anything is computed, of one wafer or a whole cluster: a share of the arithmetic's
 * power at full rate. It is inside the whole-chip energy of a FLOP, so it adds only to time without arithmetic.
 */
export function staticPower_W(chip: ChipSpec): PowerRange_W {
  const compute = chip.kind === 'cluster' ? chipPower_W(chip) : waferPower_W(chip).compute
  const [low, high] = assembly.staticShare.value
  return { low: compute.low * low, high: compute.high * high }
}

/** Most that one wafer may draw; null where the cap is waived or, on a cluster, not asked for. */
export const powerCap_W = (chip: ChipSpec): number | null => (chip.kind === 'cluster' ? null : chip.power.cap_W)

/**
 * Power of a wafer at the low end of all energies against its cap: what fails, fails at every published energy.
 * A waived cap is still measured against 15 kW.
 */
export function powerVerdict(chip: WaferChipSpec): Verdict {
  const { low, high } = chipPower_W(chip)
  const cap_W = powerCap_W(chip)
  const limit_W = cap_W ?? assembly.powerCap_W.value
  const fix = `lower the clock or use fewer dies; cooling for ${formatPower_W(assembly.powerCapOption_W.value)} exists; or waive the cap with a reason`
  const subject = `power of a wafer at full rate (${formatRange({ low, high }, formatPower_W)})`
  const judged = atMost('power', subject, low, limit_W, 'W', fix)
  const doubt =
    judged.ok && high > limit_W ? `; more at the high end of published energies, ${formatPower_W(high)}` : ''
  const verdict = { ...judged, message: judged.message + doubt }
  if (cap_W !== null) return verdict
  return {
    ...verdict,
    ok: true,
    waived: true,
    fix: '',
    message: `${verdict.message}; waived: ${chip.power.waiver ?? ''}`
  }
}
