import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { costVerdict } from '../chip/cost.ts'
import { dieContentsVerdict } from '../chip/die-contents.ts'
import { dramFootprintVerdict } from '../chip/dram-footprint.ts'
import { diesOfWafer, edgePortArea_mm2, siteArea_mm2, stackArea_mm2, usableWaferArea_mm2 } from '../chip/floorplan.ts'
import { powerVerdict } from '../chip/power.ts'
import { reticleVerdict } from '../chip/reticle.ts'
import { shorelineVerdict } from '../chip/shoreline.ts'
import { yieldVerdict } from '../chip/yield.ts'

/** Whether a limit is harder to keep when a number of the chip rises, when it falls, or nobody can say. */
export type Strain = 'rising' | 'falling' | 'either'

/** What every wafer that can be built holds to, and in which direction each number strains it, others held. */
export interface NecessaryLimit {
  /** Of the verdict that fails where this does not hold. */
  readonly name: string
  holds(chip: WaferChipSpec): boolean
  /**
   * How numbers strain the limit, by path; those not named do not bear on it. Undefined for a chip of which this cannot be said.
   * @param resizes the die grows with its cores and SRAM
   */
  strains(chip: WaferChipSpec, resizes: boolean): Readonly<Record<string, Strain>> | undefined
}

/** Sums in another order differ in their last digits: what is told apart here is not. */
const SLACK = 1 + 1e-9

/** What makes a die larger. */
const dieSides = (strain: Strain, resizes: boolean): Readonly<Record<string, Strain>> =>
  resizes
    ? { 'die.cores': strain, 'die.sramPerCore_B': strain, 'die.width_mm': strain, 'die.height_mm': strain }
    : { 'die.width_mm': strain, 'die.height_mm': strain }

const waferSize: Readonly<Record<string, Strain>> = { 'wafer.size_mm': 'falling', 'wafer.edgeExclusion_mm': 'rising' }
const dies: Readonly<Record<string, Strain>> = { 'grid.rows': 'rising', 'grid.columns': 'rising' }
const stacks: Readonly<Record<string, Strain>> = {
  'memory.stacksPerDie': 'rising',
  'memory.stackFootprint_mm2': 'rising'
}

/** The sum of all sites, which is less than the outline of the array by the gaps alone. */
const area: NecessaryLimit = {
  name: 'wafer-area',
  holds: (chip) => diesOfWafer(chip) * siteArea_mm2(chip) + edgePortArea_mm2(chip) <= usableWaferArea_mm2(chip) * SLACK,
  strains: (_chip, resizes) => ({ ...dies, ...stacks, ...dieSides('rising', resizes), ...waferSize })
}

/** The outline of the dies without what is beside them: no site is smaller than its die either way. */
const extent: NecessaryLimit = {
  name: 'wafer-extent',
  holds({ grid, die, wafer }) {
    const width_mm = grid.columns * die.width_mm + (grid.columns - 1) * grid.gap_mm
    const height_mm = grid.rows * die.height_mm + (grid.rows - 1) * grid.gap_mm
    return wafer.shape === 'square'
      ? Math.max(width_mm, height_mm) <= wafer.size_mm * SLACK
      : Math.hypot(width_mm, height_mm) <= Math.max(0, wafer.size_mm - 2 * wafer.edgeExclusion_mm) * SLACK
  },
  strains: (_chip, resizes) => ({ ...dies, 'grid.gap_mm': 'rising', ...dieSides('rising', resizes), ...waferSize })
}

const reticle: NecessaryLimit = {
  name: 'reticle',
  holds: (chip) => reticleVerdict(chip).ok,
  strains: (_chip, resizes) => dieSides('rising', resizes)
}

/** A die that grows with its contents keeps their share of it about as it is: nothing can be said of it. */
const contents: NecessaryLimit = {
  name: 'die-contents',
  holds: (chip) => dieContentsVerdict(chip).ok,
  strains: (_chip, resizes) =>
    resizes
      ? undefined
      : {
          'die.cores': 'rising',
          'die.spareCores': 'rising',
          'die.sramPerCore_B': 'rising',
          'die.macsPerCore': 'rising',
          ...dieSides('falling', false)
        }
}

const stackedOnDie: NecessaryLimit = {
  name: 'dram-footprint',
  holds: (chip) => dramFootprintVerdict(chip).ok,
  strains: ({ memory }, resizes) =>
    memory.kind === 'stacked-on-die' ? { ...stacks, ...dieSides('falling', resizes) } : undefined
}

const shoreline: NecessaryLimit = {
  name: 'shoreline',
  holds: (chip) => shorelineVerdict(chip).ok,
  strains: (_chip, resizes) => ({
    'memory.stacksPerDie': 'rising',
    'memory.stackBandwidth_Bps': 'rising',
    'links.bandwidthPerEdge_Bps': 'rising',
    'links.shorelineDensity_BpsPerMm': 'falling',
    ...dieSides('falling', resizes)
  })
}

/**
 * Stacks beside a die of a mesh widen its site one way or the other: the least margin t on both sides that makes room for their area S is
 * where (w + t)(h + t) = w h + S, and the wires cross it and the gap.
 */
const reach: NecessaryLimit = {
  name: 'wire-reach',
  holds(chip) {
    const { rows, columns, gap_mm } = chip.grid
    if (rows === 1 && columns === 1) return true
    const sides_mm = chip.die.width_mm + chip.die.height_mm
    const isMesh = rows > 1 && columns > 1
    const margin_mm = isMesh ? (Math.sqrt(sides_mm ** 2 + 4 * stackArea_mm2(chip)) - sides_mm) / 2 : 0
    return margin_mm + gap_mm <= chip.links.reach_mm * SLACK
  },
  strains: (_chip, resizes) => ({
    ...dies,
    ...stacks,
    'grid.gap_mm': 'rising',
    'links.reach_mm': 'falling',
    ...dieSides('falling', resizes)
  })
}

const power: NecessaryLimit = {
  name: 'power',
  holds: (chip) => powerVerdict(chip).ok,
  strains: ({ memory }) => ({
    ...dies,
    'grid.spares': 'falling',
    'die.cores': 'rising',
    'die.macsPerCore': 'rising',
    'die.clock_Hz': 'rising',
    'links.bandwidthPerEdge_Bps': 'rising',
    'waferLink.bandwidth_Bps': 'rising',
    wafers: 'rising',
    'power.cap_W': 'falling',
    ...(memory.kind !== 'sram' && { 'memory.stacksPerDie': 'rising', 'memory.stackBandwidth_Bps': 'rising' })
  })
}

/** Known-good dies fail at their bonds alone. */
const yields: NecessaryLimit = {
  name: 'yield',
  holds: (chip) => yieldVerdict(chip).ok,
  strains: ({ manufacture }) =>
    manufacture?.assembly === 'monolithic'
      ? undefined
      : { ...dies, 'grid.spares': 'falling', 'manufacture.bondYield': 'falling' }
}

/** Of spare cores and of what they can replace nothing can be said: more of them are more to go wrong, and more to repair it with. */
const cost: NecessaryLimit = {
  name: 'cost',
  holds: (chip) => costVerdict(chip).ok,
  strains: ({ manufacture, die }, resizes) =>
    manufacture?.assembly === 'monolithic'
      ? undefined
      : {
          ...dies,
          'grid.spares': 'falling',
          'memory.stacksPerDie': 'rising',
          'memory.stackCapacity_B': 'rising',
          'manufacture.bondYield': 'falling',
          'manufacture.costCap_usd': 'falling',
          ...dieSides('rising', resizes),
          'die.spareCores': 'either',
          ...(die.spareCores && { 'die.cores': 'either', 'manufacture.repairableShare': 'either' })
        }
}

/**
 * Conditions that hold for every wafer that breaks no hard limit: the verdicts themselves where they are monotone in every number, and
 * weaker ones that are where a floorplan is not.
 */
export const necessaryLimits: readonly NecessaryLimit[] = [
  area,
  extent,
  reticle,
  contents,
  stackedOnDie,
  shoreline,
  reach,
  power,
  yields,
  cost
]
