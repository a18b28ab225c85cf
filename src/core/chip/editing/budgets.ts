import type { WaferChipSpec } from '../chip-spec.ts'
import { dieContents_mm2 } from '../die-contents.ts'
import { dieSram_B } from '../die-resources.ts'
import { waferCostParts_usd } from '../cost.ts'
import { dieArea_mm2 } from '../floorplan.ts'
import { waferPower_W } from '../power.ts'
import { technology } from '../technology.ts'
import type { Verdict } from '../verdict.ts'
import { chipVerdicts } from '../verdicts.ts'
import { shorelinePlan } from './shoreline-plan.ts'

/** `near` is above 90 % of the limit; `open` has no limit. */
export type BudgetState = 'ok' | 'near' | 'over' | 'waived' | 'open'

/** A part of what a budget holds, in its unit. */
export interface BudgetPart {
  readonly name: string
  readonly value: number
}

/** A budget as a bar shows it: a verdict with its filling, its state and its parts. */
export interface Budget {
  readonly verdict: Verdict
  readonly title: string
  /** Share of the limit in use; undefined without a limit. For a least, the least over the value. */
  readonly filled: number | undefined
  readonly state: BudgetState
  /** In the verdict's unit, largest first as far as they add up to its value; else they stand beside it. */
  readonly parts: readonly BudgetPart[]
}

export const budgetTitles: Readonly<Record<string, string>> = {
  'wafer-area': 'Wafer area',
  'wafer-extent': 'Wafer extent',
  'dram-footprint': 'DRAM room',
  reticle: 'Reticle',
  'die-contents': 'Die area',
  shoreline: 'Shoreline',
  'wire-reach': 'Wire reach',
  power: 'Power',
  yield: 'Yield',
  cost: 'Cost'
}

/** Share of a limit from which on it is near. */
export const NEAR_SHARE = 0.9

function stateOf({ ok, waived, margin, limit }: Verdict, filled: number | undefined): BudgetState {
  if (waived && (margin ?? 0) < 0) return 'waived'
  if (!ok) return 'over'
  if (limit === null || filled === undefined) return 'open'
  return filled > NEAR_SHARE ? 'near' : 'ok'
}

/** Area of SRAM and of arithmetic of one die at the low end, as the verdict counts them. */
export function dieParts(chip: WaferChipSpec): readonly BudgetPart[] {
  const spareFactor = 1 + (chip.die.spareCores ?? 0) / chip.die.cores
  const sram = (dieSram_B(chip) / 2 ** 20) * spareFactor * technology(chip.technology).sram_mm2PerMB.value[0]
  return [
    { name: 'SRAM', value: sram },
    { name: 'arithmetic', value: Math.max(0, dieContents_mm2(chip).low - sram) }
  ]
}

const parts: Readonly<Record<string, (chip: WaferChipSpec, value: number) => readonly BudgetPart[]>> = {
  'die-contents': dieParts,
  shoreline: (chip) => {
    const plan = shorelinePlan(chip)
    const GBps = (length: 'link_mm' | 'dram_mm'): number =>
      plan.reduce((sum, edge) => sum + edge[length], 0) * (chip.links.shorelineDensity_BpsPerMm / 1e9)
    return [
      { name: 'links', value: GBps('link_mm') },
      { name: 'DRAM', value: GBps('dram_mm') }
    ]
  },
  power: (chip) => {
    const { compute, memory, links, waferLinks } = waferPower_W(chip)
    return [
      { name: 'arithmetic', value: compute.low },
      { name: 'DRAM', value: memory.low },
      { name: 'links', value: links.low },
      { name: 'wafer links', value: waferLinks.low }
    ]
  },
  cost: (chip) => {
    const cost = waferCostParts_usd(chip)
    return [
      { name: 'logic', value: cost.logic },
      { name: 'DRAM', value: cost.memory },
      { name: 'assembly', value: cost.assembly },
      { name: 'scrap', value: cost.scrap }
    ]
  },
  'wafer-area': (chip, value) => {
    const dies = chip.grid.rows * chip.grid.columns * dieArea_mm2(chip)
    return [
      { name: 'dies', value: dies },
      { name: 'DRAM and gaps', value: value - dies }
    ]
  }
}

/** Every budget of a chip with its filling, state and parts. @throws Problem for a technology that no table describes */
export const chipBudgets = (chip: WaferChipSpec): readonly Budget[] =>
  chipVerdicts(chip).map((verdict) => {
    const filled = verdict.margin === null ? undefined : 1 / (1 + verdict.margin)
    return {
      verdict,
      title: budgetTitles[verdict.name] ?? verdict.name,
      filled,
      state: stateOf(verdict, filled),
      parts: (parts[verdict.name]?.(chip, verdict.value) ?? []).filter(({ value }) => value > 0)
    }
  })
