import type { ChipSpec } from '../chip/chip-spec.ts'
import { assembly } from '../chip/technology.ts'

/** What one step does over all dies. */
export interface StepWork {
  readonly matrixFlops: number
  readonly memoryTraffic_B: number
  /** Bytes times links crossed. */
  readonly linkTraffic_B: number
  readonly time_s: number
  readonly dies: number
  readonly peak_flops: number
}

const PICO = 1e-12
const BITS = 8

/**
 * Energy of one step as a range: events at the two ends of each published figure (domain figures per preset), and the static share of
 * every die over the whole step. Whole-chip energy per FLOP contains its static part at full speed, which is taken out of the events.
 */
export function stepEnergy_J(chip: ChipSpec, work: StepWork): { low: number; high: number } {
  const compute = chip.kind === 'wafer' ? chip.die.energyPerFlop_pJ : chip.device.energyPerFlop_pJ
  const memory = chip.kind === 'wafer' ? chip.memory.energy_pJPerBit : chip.device.memoryEnergy_pJPerBit
  const link = chip.kind === 'wafer' ? chip.links.energy_pJPerBit : chip.node.energy_pJPerBit
  const staticShare = assembly.staticShare.value
  const at = (end: 0 | 1): number => {
    const perFlop = compute[end] * PICO
    const dynamic = (1 - staticShare[end]) * perFlop * work.matrixFlops
    const idle = staticShare[end] * perFlop * work.peak_flops * work.dies * work.time_s
    const traffic = BITS * PICO * (memory[end] * work.memoryTraffic_B + link[end] * work.linkTraffic_B)
    return dynamic + idle + traffic
  }
  return { low: at(0), high: at(1) }
}
