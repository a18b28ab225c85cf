import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { waferYield } from '../chip/yield.ts'
import { evolve } from '../optimization/evolution.ts'
import { randomStream } from '../optimization/random.ts'
import { brokenLimit } from '../search/architecture-space.ts'
import { drawWafers, thinned } from '../search/draw-wafers.ts'
import { ExplorationSpace } from '../search/exploration-space.ts'
import { taskFrame } from '../search/explore.ts'
import { exploredWafers } from '../search/explored-wafers.ts'
import { genomeOf, type Genome } from '../search/gene.ts'
import { domainsOf } from '../search/wafer-sweep.ts'
import { genomeLabel, withProvenance, type WaferTemplate } from '../search/wafer-template.ts'
import type { Choice } from './settle.ts'
import { chipOf, type Study, type StudyCase } from './study-case.ts'
import type { StudySpec } from './study-spec.ts'
import type { TaskFrame } from '../search/tasks.ts'

/** Points drawn for each wafer wanted: most of a space breaks some limit. */
const DRAWN_PER_WAFER = 40
/** Wafers that a contender breeds for each that all are tried on. */
const BRED_PER_WAFER = 3
/** Genomes looked at for each wafer bred: most break a limit, were tried, or have a bound that is no better than what is known. */
const LOOKED_PER_WAFER = 40

/** The wafers that contenders of a case choose from. */
export interface OuterSpace {
  readonly template: WaferTemplate
  /** The given wafer where it keeps the ledger's limits, with its genome where the space has it. */
  readonly given: { readonly chip: WaferChipSpec; readonly genome: Genome | undefined } | undefined
  /** Others around it, drawn by the seed and spread evenly over those that can be built. */
  readonly drawn: readonly Genome[]
  /** A wafer of the space under the name it is told by; undefined when it breaks a limit of the ledger. */
  chip(genome: Genome): WaferChipSpec | undefined
}

const capsOf = ({ spec }: Study, { ledger }: StudyCase): StudySpec['caps'] =>
  ledger === 'capped' ? spec.caps : undefined

/** The exploration of the wafers of a case, under the limits of its ledger. */
function ledgerFrame(study: Study, one: StudyCase): TaskFrame {
  const { spec, models } = study
  const capped = capsOf(study, one)
  return taskFrame({
    model: models[one.model]!,
    chip: chipOf(study, one),
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
}

const keepsLimits = (study: Study, one: StudyCase, chip: WaferChipSpec): boolean =>
  brokenLimit(chip) === undefined && waferYield(chip) >= (capsOf(study, one)?.leastYield ?? 0)

/** Whether the given wafer is among those to choose from: it keeps the limits of the case's ledger. */
export function mayKeepGiven(study: Study, one: StudyCase): boolean {
  const { chip } = ledgerFrame(study, one)
  return chip.kind === 'wafer' && keepsLimits(study, one, chip)
}

/** Undefined for a cluster. */
export function outerSpace(study: Study, one: StudyCase): OuterSpace | undefined {
  const { spec } = study
  const frame = ledgerFrame(study, one)
  const given = frame.chip
  if (given.kind !== 'wafer') return undefined
  const wafers = exploredWafers(frame)
  const { template } = wafers
  const allowed = (chip: WaferChipSpec): boolean => keepsLimits(study, one, chip)
  const first = allowed(given) ? 1 : 0
  const buildable = drawWafers(wafers, DRAWN_PER_WAFER * spec.outer.wafers, one.seed).filter((genome) =>
    allowed(template.chip(genome))
  )
  const givenGenome = genomeOf(template.genes, given)
  return {
    template,
    given: first ? { chip: given, genome: givenGenome } : undefined,
    drawn: thinned(buildable, spec.outer.wafers - first),
    chip: (genome) => {
      if (first && genome.join() === givenGenome?.join()) return given
      const chip = template.chip(genome)
      if (!allowed(chip)) return undefined
      return { ...withProvenance(template, chip), name: `${given.name}, ${genomeLabel(template, chip, genome)}` }
    }
  }
}

/** The wafers that every contender of a case is tried on; no contender has a say in which they are. */
export function wafersOf(study: Study, one: StudyCase): readonly WaferChipSpec[] {
  const space = outerSpace(study, one)
  if (!space) return []
  return [...(space.given ? [space.given.chip] : []), ...space.drawn.map((genome) => space.chip(genome)!)]
}

/** What a contender reaches on one wafer. */
export interface Tried {
  /** Seconds of a step; Infinity where it does not fit. */
  readonly cost_s: number
  /** Memory that it would need over what there is, where that is known. */
  readonly overfull: number | undefined
}

/** Seconds that stand for a design that does not fit, and the more so the more memory it lacks. */
const UNFIT_s = 1e12

/**
 * Tries a contender on the wafers of all, then on as many again, {@link BRED_PER_WAFER} times, bred from its best: the same outer search
 * for everybody, each by what it makes of a wafer itself. Wafers on which no mapping is faster than what the contender has already, by the
 * bound of all mappings, are passed over.
 * @param leastStep_s no mapping on the wafer takes less
 */
export function tryWafers<Result extends Tried>(
  { given, drawn, chip, template }: OuterSpace,
  seed: number,
  leastStep_s: (chip: WaferChipSpec) => number,
  attempt: (chip: WaferChipSpec) => Result
): readonly Result[] {
  const tried: Result[] = []
  const shared = drawn.length + (given ? 1 : 0)
  const most = shared * (1 + BRED_PER_WAFER)
  let best_s = Infinity
  const score = (wafer: WaferChipSpec): readonly number[] | undefined => {
    const result = attempt(wafer)
    tried.push(result)
    best_s = Math.min(best_s, result.cost_s)
    if (result.cost_s < Infinity) return [result.cost_s]
    return result.overfull === undefined ? undefined : [UNFIT_s * result.overfull]
  }
  // Where the space does not have it nothing can be bred from it.
  if (given && !given.genome) score(given.chip)
  evolve(
    {
      domains: domainsOf(template.genes),
      random: randomStream(seed, 3),
      evaluations: most * LOOKED_PER_WAFER,
      starts: [...(given?.genome ? [given.genome] : []), ...drawn],
      drawnFirst: 1
    },
    (genome) => {
      if (tried.length >= most) return undefined
      const wafer = chip(genome)
      if (!wafer || (tried.length >= shared && leastStep_s(wafer) >= best_s)) return undefined
      return score(wafer)
    }
  )
  return tried
}

/** The fastest of a contender's choices, counted with all that it tried; where nothing fits, the attempt that needs least memory. */
export function chosenWafer<One extends Choice & { readonly cost_s: number }>(tried: readonly One[]): One {
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
