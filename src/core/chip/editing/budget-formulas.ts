import type { WaferChipSpec } from '../chip-spec.ts'
import { assembly, technology } from '../technology.ts'

/** A number that a budget is worked out from, with where it is from. */
export interface FormulaInput {
  readonly name: string
  readonly value: number | readonly number[]
  readonly unit: string
  readonly source: string
  readonly mark: string
}

/** How a budget is computed. */
export interface BudgetFormula {
  readonly text: string
  readonly inputs: readonly FormulaInput[]
}

interface Recipe {
  readonly text: string
  /** Members of the spec. */
  readonly members: readonly string[]
  /** Members of the assembly table and of the technology's. */
  readonly assembly?: readonly (keyof typeof assembly)[]
  readonly technology?: readonly ('defectDensity_perCm2' | 'waferPrice_usd' | 'sram_mm2PerMB' | 'macArea_um2')[]
}

const recipes: Readonly<Record<string, Recipe>> = {
  'wafer-area': {
    text: 'outline of the array, gaps and DRAM included, + edge ports ≤ disc or clipped square inside the edge exclusion',
    members: [
      'grid.rows',
      'grid.columns',
      'grid.gap_mm',
      'die.width_mm',
      'die.height_mm',
      'memory.stackFootprint_mm2',
      'wafer.size_mm',
      'wafer.edgeExclusion_mm'
    ],
    assembly: ['waferDiameter_mm']
  },
  'wafer-extent': {
    text: 'disc: diagonal of the array ≤ diameter − 2 × edge exclusion; square: longer side of the array ≤ side of the wafer',
    members: [
      'grid.rows',
      'grid.columns',
      'grid.gap_mm',
      'die.width_mm',
      'die.height_mm',
      'wafer.size_mm',
      'wafer.edgeExclusion_mm'
    ]
  },
  'dram-footprint': {
    text: 'stacks × footprint ≤ room: beside a die its share of the wafer less the die; on it the die; on the edge what the array leaves',
    members: ['memory.stacksPerDie', 'memory.stackFootprint_mm2', 'die.width_mm', 'die.height_mm', 'wafer.size_mm']
  },
  reticle: {
    text: 'sides of the die ≤ sides of the reticle, in either orientation; the side with less room decides',
    members: ['die.width_mm', 'die.height_mm'],
    assembly: ['reticleShortSide_mm', 'reticleLongSide_mm']
  },
  'die-contents': {
    text: '(SRAM × mm² per MiB + MACs × µm² per MAC) × (cores + spare cores) / cores ≤ width × height, at the low end of published areas',
    members: ['die.cores', 'die.spareCores', 'die.sramPerCore_B', 'die.macsPerCore', 'die.width_mm', 'die.height_mm'],
    technology: ['sram_mm2PerMB', 'macArea_um2']
  },
  shoreline: {
    text: 'DRAM bandwidth beside the die + 4 edges × 2 directions × link bandwidth ≤ perimeter × shoreline density',
    members: [
      'links.bandwidthPerEdge_Bps',
      'links.shorelineDensity_BpsPerMm',
      'memory.stacksPerDie',
      'memory.stackBandwidth_Bps',
      'die.width_mm',
      'die.height_mm'
    ]
  },
  'wire-reach': {
    text: 'site − die + gap, the longer way ≤ reach of the link',
    members: ['grid.gap_mm', 'memory.stacksPerDie', 'memory.stackFootprint_mm2', 'links.reach_mm']
  },
  power: {
    text: 'Σ rate × energy: FLOP/s, DRAM, links and wafer links at full rate; spare dies off ≤ cap',
    members: [
      'die.cores',
      'die.macsPerCore',
      'die.clock_Hz',
      'die.energyPerFlop_pJ',
      'memory.stackBandwidth_Bps',
      'memory.energy_pJPerBit',
      'links.bandwidthPerEdge_Bps',
      'links.energy_pJPerBit',
      'power.cap_W'
    ],
    assembly: ['powerCap_W']
  },
  yield: {
    text: 'P(at most `spares` of all dies bad), a die good with the bond yield (tested dies) or the die yield (one stitched wafer) ≥ least',
    members: ['grid.rows', 'grid.columns', 'grid.spares', 'die.spareCores', 'manufacture.bondYield'],
    assembly: ['bondYield', 'minimumWaferYield', 'negativeBinomialAlpha', 'repairableShare'],
    technology: ['defectDensity_perCm2']
  },
  bisection: {
    text: 'links that the narrower straight cut through the middle of the mesh crosses × link bandwidth, one direction',
    members: ['grid.rows', 'grid.columns', 'links.bandwidthPerEdge_Bps']
  },
  'power-density': {
    text: 'power of a wafer at full rate, low end / (dies × area of a die)',
    members: ['grid.rows', 'grid.columns', 'die.width_mm', 'die.height_mm', 'die.energyPerFlop_pJ', 'die.clock_Hz']
  },
  'dram-need': {
    text: 'parameters × (2 B of weights + gradients + 12 B that Adam keeps) ≤ dies at work × memory of a die',
    members: ['grid.rows', 'grid.columns', 'memory.stacksPerDie', 'memory.stackCapacity_B']
  },
  cost: {
    text: '(dies × wafer price / (dies per wafer × die yield) + DRAM × price per GB + bonds + carrier) / wafer yield',
    members: [
      'grid.rows',
      'grid.columns',
      'die.width_mm',
      'die.height_mm',
      'memory.stackCapacity_B',
      'manufacture.costCap_usd'
    ],
    assembly: ['scribe_mm', 'edgeLoss_mm', 'dramPrice_usdPerGB', 'bond_usd', 'carrierPrice_usd'],
    technology: ['waferPrice_usd', 'defectDensity_perCm2']
  }
}

const units: readonly (readonly [string, string])[] = [
  ['_BpsPerMm', 'B/s per mm'],
  ['_pJPerBit', 'pJ/bit'],
  ['_usdPerGB', 'USD/GB'],
  ['_perCm2', 'per cm²'],
  ['_mm2PerMB', 'mm²/MiB'],
  ['_um2', 'µm²'],
  ['_mm2', 'mm2'],
  ['_Bps', 'B/s'],
  ['_mm', 'mm'],
  ['_usd', 'USD'],
  ['_Hz', 'Hz'],
  ['_pJ', 'pJ'],
  ['_W', 'W'],
  ['_B', 'B']
]
const unitOf = (path: string): string => units.find(([ending]) => path.endsWith(ending))?.[1] ?? ''

const valueAt = (chip: WaferChipSpec, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], chip)

/** How a budget of this chip is computed, with every number it takes and its source. */
export function budgetFormula(chip: WaferChipSpec, name: string): BudgetFormula | undefined {
  const recipe = recipes[name]
  if (!recipe) return undefined
  const table = technology(chip.technology)
  const ofChip = recipe.members.flatMap((path): FormulaInput[] => {
    const value = valueAt(chip, path)
    if (typeof value !== 'number' && !Array.isArray(value)) return []
    const { source = 'not stated', mark = '—' } = chip.provenance[path] ?? {}
    return [{ name: path, value: value as number | readonly number[], unit: unitOf(path), source, mark }]
  })
  const constants = [
    ...(recipe.assembly ?? []).map((key) => [key, assembly[key]] as const),
    ...(recipe.technology ?? []).map((key) => [`${table.name} ${key}`, table[key]] as const)
  ].map(([key, { value, source, mark }]): FormulaInput => ({ name: key, value, unit: unitOf(key), source, mark }))
  return { text: recipe.text, inputs: [...ofChip, ...constants] }
}
