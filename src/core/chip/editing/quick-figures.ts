import type { WaferChipSpec } from '../chip-spec.ts'
import { activeDies, dieMemory_B, dieMemoryBandwidth_Bps, diePeak_flops } from '../die-resources.ts'
import { diesOfWafer, dieArea_mm2, usableWaferArea_mm2 } from '../floorplan.ts'
import { chipPower_W, type PowerRange_W } from '../power.ts'

/** What a chip comes to, before any model is mapped on it. */
export interface QuickFigures {
  readonly dies: number
  readonly peak_flops: number
  readonly memory_B: number
  readonly memoryBandwidth_Bps: number
  /** Bytes per second across the narrower cut that halves the mesh of one wafer, one direction. */
  readonly bisection_Bps: number
  /** FLOP per byte of memory traffic above which arithmetic binds, not memory: peak over bandwidth. */
  readonly ridge_flopPerByte: number
  /** Power at full rate over the area of the dies. */
  readonly density_WPerMm2: PowerRange_W
  /** Dies' area over the area of a wafer that may carry dies. */
  readonly utilisation: number
}

/** Links that the narrower straight cut through the middle of a mesh crosses; none on a single die. */
export function bisectionLinks(rows: number, columns: number): number {
  if (rows === 1 && columns === 1) return 0
  if (rows === 1 || columns === 1) return 1
  return Math.min(rows, columns)
}

export function quickFigures(chip: WaferChipSpec): QuickFigures {
  const dies = activeDies(chip)
  const power = chipPower_W(chip)
  const area_mm2 = diesOfWafer(chip) * dieArea_mm2(chip)
  const bandwidth = dieMemoryBandwidth_Bps(chip)
  return {
    dies,
    peak_flops: dies * diePeak_flops(chip),
    memory_B: dies * dieMemory_B(chip),
    memoryBandwidth_Bps: dies * bandwidth,
    bisection_Bps: bisectionLinks(chip.grid.rows, chip.grid.columns) * chip.links.bandwidthPerEdge_Bps,
    ridge_flopPerByte: bandwidth > 0 ? diePeak_flops(chip) / bandwidth : Infinity,
    density_WPerMm2: { low: power.low / area_mm2, high: power.high / area_mm2 },
    utilisation: area_mm2 / usableWaferArea_mm2(chip)
  }
}
