import type { ChipSpec, WaferChipSpec } from '../chip/chip-spec.ts'
import { assembly } from '../chip/technology.ts'
import type { Verdict } from '../chip/verdict.ts'
import { chipVerdicts } from '../chip/verdicts.ts'

/** The cap an exploration states for every wafer: watts, null to waive it, undefined to leave each chip its own. */
export type StatedCap_W = number | null | undefined

/** Budgets that an exploration states for every wafer, in place of the chip's own. */
export interface StatedLimits {
  readonly powerCap_W?: StatedCap_W
  readonly costCap_usd?: number | undefined
}

/** The given chip under the budgets that are stated for all designs, where any are. Clusters have none. */
export function limitedChip(chip: ChipSpec, { powerCap_W, costCap_usd }: StatedLimits): ChipSpec {
  if (chip.kind === 'cluster') return chip
  const power =
    powerCap_W === null ? { cap_W: null, waiver: 'waived for the whole exploration' } : { cap_W: powerCap_W }
  return {
    ...chip,
    ...(powerCap_W !== undefined && { power: power as typeof chip.power }),
    ...(costCap_usd !== undefined && { manufacture: { ...chip.manufacture, costCap_usd } })
  }
}

/**
 * What explored wafers are changed from: the given chip, without its own waiver. A waiver excuses one published design; what is proposed
 * in its place has to be cooled, so it is held to the usual cap unless the exploration states another or waives it.
 */
export function exploredBase(chip: WaferChipSpec, cap_W: StatedCap_W): WaferChipSpec {
  if (chip.power.cap_W !== null || cap_W === null) return chip
  const { value, source, mark } = assembly.powerCap_W
  return {
    ...chip,
    power: { cap_W: value },
    provenance: {
      ...chip.provenance,
      'power.cap_W': { source: `the waiver of ${chip.name} is its own; ${source}`, mark }
    }
  }
}

/** Budgets that a person states for a chip, where the other limits say whether it can be made at all. */
const budgets: ReadonlySet<string> = new Set(['power', 'cost'])

/**
 * The stated budget that a chip breaks, if any: then no design on it may be the answer. A given chip that the limits of manufacture speak
 * against is told so and mapped all the same: it is what was asked about.
 */
export const brokenBudget = (chip: ChipSpec): Verdict | undefined =>
  chip.kind === 'cluster'
    ? undefined
    : chipVerdicts(chip).find(({ name, ok, waived }) => !ok && !waived && budgets.has(name))
