import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { waferYield } from '../chip/yield.ts'
import { brokenLimit } from '../search/architecture-space.ts'
import { drawWafers, thinned } from '../search/draw-wafers.ts'
import { ExplorationSpace } from '../search/exploration-space.ts'
import { taskFrame } from '../search/explore.ts'
import { exploredWafers } from '../search/explored-wafers.ts'
import { genomeLabel, withProvenance } from '../search/wafer-template.ts'
import type { Choice } from './settle.ts'
import type { Study, StudyCase } from './study-case.ts'

/** Points drawn for each wafer wanted: most of a space breaks some limit. */
const DRAWN_PER_WAFER = 40

/**
 * The wafers that every contender of a case is tried on: the given one where it keeps the ledger's limits, and others around it, drawn
 * by the seed and spread evenly over those that can be built. No contender has a say in which they are.
 */
export function wafersOf({ spec, models, chips }: Study, one: StudyCase): readonly WaferChipSpec[] {
  const given = chips[one.chip]!
  if (given.kind !== 'wafer') return []
  const capped = one.ledger === 'capped' ? spec.caps : undefined
  const frame = taskFrame({
    model: models[one.model]!,
    chip: given,
    training: one.training,
    space: ExplorationSpace.parse({
      architecture: spec.outer.space,
      powerCap_W: capped?.powerCap_W ?? null,
      ...(capped?.costCap_usd !== undefined && { costCap_usd: capped.costCap_usd })
    }),
    policies: [],
    objective: 'throughput',
    seed: one.seed
  })
  const base = frame.chip as WaferChipSpec
  const wafers = exploredWafers(frame)
  const { template } = wafers
  const allowed = (chip: WaferChipSpec): boolean =>
    brokenLimit(chip) === undefined && waferYield(chip) >= (capped?.leastYield ?? 0)
  const around = drawWafers(wafers, DRAWN_PER_WAFER * spec.outer.wafers, one.seed)
    .map((genome) => ({ genome, chip: template.chip(genome) }))
    .filter(({ chip }) => allowed(chip))
  const first = allowed(base) ? [base] : []
  const others = thinned(around, spec.outer.wafers - first.length).map(({ genome, chip }) => ({
    ...withProvenance(template, chip),
    name: `${given.name}, ${genomeLabel(template, chip, genome)}`
  }))
  return [...first, ...others]
}

/** The fastest of a contender's choices, counted with all that it tried; where nothing fits, the attempt that needs least memory. */
export function chosenWafer<Tried extends Choice & { readonly cost_s: number }>(tried: readonly Tried[]): Tried {
  const peak = ({ attempt }: Choice): number => attempt?.memory_B.peak ?? Infinity
  const best = tried.reduce((one, next) =>
    next.cost_s < one.cost_s || (next.cost_s === one.cost_s && peak(next) < peak(one)) ? next : one
  )
  return {
    ...best,
    evaluations: tried.reduce((sum, { evaluations }) => sum + evaluations, 0),
    took_s: tried.reduce((sum, { took_s }) => sum + took_s, 0)
  }
}
