import { waferCost_usd } from '../chip/cost.ts'
import { leastCrowded } from '../optimization/crowding.ts'
import { evolve, type Domain } from '../optimization/evolution.ts'
import { FrontArchive } from '../optimization/front-archive.ts'
import { randomStream } from '../optimization/random.ts'
import { machineOf } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { brokenLimit } from './architecture-space.ts'
import { genomeAt, type Gene, type Genome } from './gene.ts'
import { goalOf } from './goal.ts'
import { bestKnown, type KnownMapping } from './known-mappings.ts'
import type { TaskFrame } from './tasks.ts'
import type { WaferTemplate } from './wafer-template.ts'

/** Which wafers one sweep looks at. Plain JSON data. */
export type SweptWafers =
  /** Those of a finite space, by their numbers. */
  | { readonly by: 'number'; readonly from: number; readonly to: number }
  /** So many different ones, drawn or bred. */
  | {
      readonly by: 'random' | 'evolution'
      readonly wafers: number
      readonly seed: number
      readonly stream: number
      readonly starts: readonly Genome[]
    }

/** A wafer of the space with the best of the known mappings on it. */
export interface EstimatedWafer {
  readonly genome: Genome
  /** Its place in the pool. */
  readonly mapping: number
  readonly tokensPerSecond: number
  readonly energy_J: number
  readonly power_W: number
  readonly cost_usd: number
  readonly peak_B: number
}

/** What a sweep finds: counts, and of the wafers only those that no other of the sweep beats. */
export interface SweepResult {
  readonly looked: number
  readonly buildable: number
  /** By the limit that is broken first. */
  readonly broken: Readonly<Record<string, number>>
  /** Of the buildable ones those on which a known mapping fits. */
  readonly estimated: number
  readonly front: readonly EstimatedWafer[]
}

/** Known mappings that are tried on a wafer. */
export const TRIED = 4
/** Wafers with an estimate that are drawn at random before others are bred from the best. */
export const DRAWN_FIRST = 24
/** Most members of a sweep's front: a share of a large study stays small. */
const MOST_ON_FRONT = 256

/** Smaller is better in each: what a front of wafers is about. */
export const estimateCoordinates = (wafer: EstimatedWafer): readonly number[] => [
  -wafer.tokensPerSecond,
  wafer.power_W,
  wafer.cost_usd,
  wafer.peak_B
]

export const domainsOf = (genes: readonly Gene[]): readonly Domain[] =>
  genes.map((gene) =>
    gene.kind === 'continuous'
      ? { kind: 'continuous', from: gene.from, to: gene.to }
      : gene.kind === 'listed'
        ? { kind: 'ordered', count: gene.values.length }
        : { kind: 'categorical', count: gene.names.length }
  )

/** What one look at a wafer says: the limit it breaks, or what the best of the known mappings reaches, undefined where none fits. */
export type Look = { readonly broken: string } | { readonly broken?: never; readonly wafer: EstimatedWafer | undefined }

/** Looks at one wafer: its hard limits, then the known mappings of the nearest wafers. */
export function lookAt(
  frame: TaskFrame,
  template: WaferTemplate,
  workload: Workload,
  pool: readonly KnownMapping[],
  genome: Genome
): Look {
  const chip = template.chip(genome)
  const verdict = brokenLimit(chip)
  if (verdict) return { broken: verdict.name }
  const machine = machineOf(chip, frame.space.overlap)
  const best = bestKnown(pool, workload, machine, chip, goalOf(frame.objective, machine), TRIED)
  if (!best) return { wafer: undefined }
  const { evaluation } = best
  return {
    wafer: {
      genome,
      mapping: best.place,
      tokensPerSecond: evaluation.tokensPerSecond,
      energy_J: evaluation.energy_J.high,
      power_W: evaluation.power_W.high,
      cost_usd: waferCost_usd(chip),
      peak_B: evaluation.memory_B.peak
    }
  }
}

/**
 * Looks at wafers of a space: the hard limits of each, then the known mappings on those that can be built. Its memory does not grow with
 * how many it looks at but for their genes, and what it gives not at all.
 */
export function sweepWafers(
  frame: TaskFrame,
  template: WaferTemplate,
  workload: Workload,
  wafers: SweptWafers,
  pool: readonly KnownMapping[]
): SweepResult {
  const front = new FrontArchive<EstimatedWafer>()
  const broken: Record<string, number> = {}
  let looked = 0
  let buildable = 0
  let fitting = 0
  const look = (genome: Genome): readonly number[] | undefined => {
    looked++
    const seen = lookAt(frame, template, workload, pool, genome)
    if (seen.broken !== undefined) {
      broken[seen.broken] = (broken[seen.broken] ?? 0) + 1
      return undefined
    }
    buildable++
    if (!seen.wafer) return undefined
    fitting++
    const at = estimateCoordinates(seen.wafer)
    front.add(seen.wafer, at)
    return at
  }
  if (wafers.by === 'number')
    for (let number = wafers.from; number < wafers.to; number++) look(genomeAt(template.genes, number))
  else
    evolve(
      {
        domains: domainsOf(template.genes),
        random: randomStream(wafers.seed, wafers.stream),
        evaluations: wafers.wafers,
        starts: wafers.starts,
        drawnFirst: wafers.by === 'random' ? Infinity : DRAWN_FIRST
      },
      look
    )
  return {
    looked,
    buildable,
    broken,
    estimated: fitting,
    front: leastCrowded(front.items, MOST_ON_FRONT, estimateCoordinates)
  }
}
