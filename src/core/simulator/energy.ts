import type { ChipSpec } from '../chip/chip-spec.ts'
import { assembly } from '../chip/technology.ts'
import type { Machine } from './machine.ts'
import type { StepFrame } from './pipeline.ts'
import * as plan from './plan-cost.ts'

/** What moves and is computed in one optimiser step, over all dies. */
export interface StepWork {
  readonly matrixFlops: number
  readonly memoryTraffic_B: number
  /** Bytes times links crossed. */
  readonly linkTraffic_B: number
}

/** What one published end of a chip's energies charges for each unit of work, and what all its dies draw when idle. */
export interface EnergyRates {
  readonly flop_J: number
  readonly memoryByte_J: number
  readonly linkByte_J: number
  readonly idle_W: number
}

const PICO = 1e-12
const BITS = 8

/**
 * Energy rates of a chip. Whole-chip energy per FLOP contains its static part at full speed (`staticShare`), which is taken out of the
 * work and flows on every die of the chip all the time.
 */
export function energyRates({ chip, dies, engine }: Machine, end: 'low' | 'high'): EnergyRates {
  const { flop, memory, link } = published(chip)
  const at = end === 'low' ? 0 : 1
  const share = assembly.staticShare.value[at]
  return {
    flop_J: (1 - share) * PICO * flop[at],
    memoryByte_J: BITS * PICO * memory[at],
    linkByte_J: BITS * PICO * link[at],
    idle_W: share * PICO * flop[at] * engine.peak_flops * dies
  }
}

const published = (chip: ChipSpec) =>
  chip.kind === 'wafer'
    ? { flop: chip.die.energyPerFlop_pJ, memory: chip.memory.energy_pJPerBit, link: chip.links.energy_pJPerBit }
    : {
        flop: chip.device.energyPerFlop_pJ,
        memory: chip.device.memoryEnergy_pJPerBit,
        link: chip.node.energy_pJPerBit
      }

/** Energy of the work alone. */
export const dynamicEnergy_J = (rates: EnergyRates, work: StepWork): number =>
  rates.flop_J * work.matrixFlops + rates.memoryByte_J * work.memoryTraffic_B + rates.linkByte_J * work.linkTraffic_B

/** Energy of one step as a range: its work and the idle power of all dies, at the two ends of each published figure. */
export function stepEnergy_J(machine: Machine, work: StepWork, time_s: number): { low: number; high: number } {
  const at = (end: 'low' | 'high'): number => {
    const rates = energyRates(machine, end)
    return dynamicEnergy_J(rates, work) + rates.idle_W * time_s
  }
  return { low: at('low'), high: at('high') }
}

/**
 * The work of a whole step: every micro-batch of every stage, what comes once per step, and what crosses between stages.
 * @param stages totals of the stages, one die and micro-batch, as `fillStages` gives them; @param dies of all replicas of one stage
 */
export function stepWork(frame: StepFrame, stages: Float64Array, count: number, dies: number): StepWork {
  const m = frame.microBatches
  let matrixFlops = 0
  let memoryTraffic_B = 0
  let linkTraffic_B = 0
  for (let stage = 0; stage < count; stage++) {
    const at = stage * plan.PLAN_COLUMNS
    matrixFlops += m * stages[at + plan.MATRIX_FLOPS]!
    memoryTraffic_B += m * stages[at + plan.MEMORY_TRAFFIC_B]! + stages[at + plan.OPTIMIZER_TRAFFIC_B]!
    linkTraffic_B += m * stages[at + plan.LINK_TRAFFIC_B]! + stages[at + plan.SYNC_TRAFFIC_B]!
  }
  return {
    matrixFlops: matrixFlops * dies,
    memoryTraffic_B: memoryTraffic_B * dies,
    linkTraffic_B: linkTraffic_B * dies + frame.linkTraffic_B
  }
}
