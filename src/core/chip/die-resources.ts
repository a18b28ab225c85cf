import type { ChipSpec, WaferChipSpec } from './chip-spec.ts'

/** Dies that do work: spares stand by and count neither for speed nor for memory. On a cluster, its devices. */
export const activeDies = (chip: ChipSpec): number =>
  chip.kind === 'cluster' ? chip.devices : chip.wafers * (chip.grid.rows * chip.grid.columns - chip.grid.spares)

/** Dense 16-bit FLOP/s of one die: cores x MACs per core x 2 x clock. On a cluster, of one device. */
export const diePeak_flops = (chip: ChipSpec): number =>
  chip.kind === 'cluster' ? chip.device.peakFlops : chip.die.cores * chip.die.macsPerCore * 2 * chip.die.clock_Hz

/** SRAM of all cores of one die. On a cluster, the last-level cache of one device. */
export const dieSram_B = (chip: ChipSpec): number =>
  chip.kind === 'cluster' ? chip.device.cache_B : chip.die.cores * chip.die.sramPerCore_B

/** Memory stacks (or edge ports) that one die can call its own; edge ports are shared equally by the dies of a wafer. */
export const stacksOfOneDie = (chip: WaferChipSpec): number =>
  chip.memory.kind === 'sram'
    ? 0
    : chip.memory.kind === 'edge'
      ? chip.memory.stacksPerDie / (chip.grid.rows * chip.grid.columns)
      : chip.memory.stacksPerDie

/** Capacity one die may fill: its stacks, its equal share of the wafer's edge ports, or its SRAM where there is no DRAM. */
export const dieMemory_B = (chip: ChipSpec): number =>
  chip.kind === 'cluster'
    ? chip.device.memory_B
    : chip.memory.kind === 'sram'
      ? dieSram_B(chip)
      : stacksOfOneDie(chip) * chip.memory.stackCapacity_B

/** Bandwidth of the memory of {@link dieMemory_B}, reads and writes together. */
export const dieMemoryBandwidth_Bps = (chip: ChipSpec): number =>
  chip.kind === 'cluster'
    ? chip.device.memoryBandwidth_Bps
    : chip.memory.kind === 'sram'
      ? chip.die.sramBandwidth_Bps
      : stacksOfOneDie(chip) * chip.memory.stackBandwidth_Bps
