import { waferCost_usd } from '../chip/cost.ts'
import { leastCrowded } from '../optimization/crowding.ts'
import { evolve, type Domain } from '../optimization/evolution.ts'
import { FrontArchive } from '../optimization/front-archive.ts'
import { randomStream } from '../optimization/random.ts'
import { weightedGeometricMean } from '../optimization/statistics.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload, type Workload } from '../workload/workload.ts'
import { brokenLimit } from './architecture-space.ts'
import { membersOf, type Member } from './family.ts'
import { genomeAt, type Gene, type Genome } from './gene.ts'
import { goalOf } from './goal.ts'
import { bestKnown, type BestKnown, type KnownMapping } from './known-mappings.ts'
import { MostPromising, type PromisingWafers } from './most-promising.ts'
import { jointScore } from './objective.ts'
import type { TaskFrame } from './tasks.ts'
import { isBeaten, leastPeak_B, promiseOf, waferBound } from './wafer-bound.ts'
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

/** A wafer of the space with the best of the known mappings on it for every workload. */
export interface EstimatedWafer {
  readonly genome: Genome
  /** Their places in the pools of the workloads. */
  readonly mappings: readonly number[]
  /** What the objective makes of all workloads; more is better. */
  readonly score: number
  /** Weighted geometric mean over the workloads. */
  readonly tokensPerSecond: number
  /** Power and peak memory are those of the workload that needs most. */
  readonly power_W: number
  readonly cost_usd: number
  readonly peak_B: number
}

/** What a sweep finds: counts, and of the wafers only those that no other of the sweep beats. */
export interface SweepResult extends PromisingWafers {
  readonly looked: number
  readonly buildable: number
  /** By the limit that is broken first. */
  readonly broken: Readonly<Record<string, number>>
  /** Of the buildable ones those on which a known mapping of every workload fits. */
  readonly estimated: number
  /** The others by the first workload that does not fit. */
  readonly unfit: Readonly<Record<string, number>>
  /** Of the others those that bounds rule out: without memory for the model state alone, and beaten whatever their mapping. */
  readonly proved: { readonly memory: number; readonly beaten: number }
  readonly front: readonly EstimatedWafer[]
}

/** What a sweep finds that looks at no wafer. */
export const NOTHING_SWEPT: SweepResult = {
  looked: 0,
  buildable: 0,
  broken: {},
  estimated: 0,
  unfit: {},
  proved: { memory: 0, beaten: 0 },
  front: [],
  promising: [],
  restPromise: null
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

/**
 * What one look at a wafer says: the limit it breaks, the workload of which no known mapping fits, with whether none can, that wafers that
 * are known beat it whatever its mapping, or what the best known mappings reach.
 */
export type Look = {
  readonly broken?: string
  readonly unfit?: string
  readonly proved?: 'memory' | 'beaten'
  /** Most that the objective makes of it, where it can hold the workloads. */
  readonly promise?: number
  readonly wafer?: EstimatedWafer
}

/** Workloads with the mappings that are known to be good for each, in the same order. */
export interface KnownWorkloads {
  readonly members: readonly Member[]
  readonly workloads: readonly Workload[]
  readonly pools: readonly (readonly KnownMapping[])[]
}

export const knownWorkloads = (frame: TaskFrame, pools: readonly (readonly KnownMapping[])[]): KnownWorkloads => {
  const members = membersOf(frame)
  return {
    members,
    workloads: members.map((member) => buildWorkload(member.frame.model, member.frame.training)),
    pools
  }
}

/**
 * Looks at one wafer: its hard limits, its bounds, then of every workload the known mappings of the nearest wafers.
 * @param rivals coordinates of wafers that are known; without any every wafer that can hold the workloads is estimated
 */
export function lookAt(
  frame: TaskFrame,
  template: WaferTemplate,
  { members, workloads, pools }: KnownWorkloads,
  genome: Genome,
  rivals: readonly (readonly number[])[] = []
): Look {
  const chip = template.chip(genome)
  const verdict = brokenLimit(chip)
  if (verdict) return { broken: verdict.name }
  const machine = machineOf(chip, frame.space.overlap)
  const full = workloads.findIndex((workload) => leastPeak_B(workload, machine) > machine.capacity_B)
  if (full >= 0) return { unfit: members[full]!.name, proved: 'memory' }
  const weights = members.map(({ weight }) => weight)
  const cost_usd = waferCost_usd(chip)
  const bound = waferBound(workloads, weights, machine, cost_usd)
  const promise = promiseOf(frame.objective, bound)
  if (rivals.length > 0 && isBeaten(bound, rivals)) return { proved: 'beaten', promise }
  const goal = goalOf(frame.objective, machine)
  const found: BestKnown[] = []
  for (const [index, { name }] of members.entries()) {
    const best = bestKnown(pools[index]!, workloads[index]!, machine, chip, goal, TRIED)
    if (!best) return { unfit: name, promise }
    found.push(best)
  }
  const points = found.map(({ evaluation }) => ({ evaluation, cost_usd }))
  return {
    promise,
    wafer: {
      genome,
      mappings: found.map(({ place }) => place),
      score: jointScore(frame.objective, points, weights),
      tokensPerSecond: weightedGeometricMean(
        found.map(({ evaluation }) => evaluation.tokensPerSecond),
        weights
      ),
      power_W: Math.max(...found.map(({ evaluation }) => evaluation.power_W.high)),
      cost_usd,
      peak_B: Math.max(...found.map(({ evaluation }) => evaluation.memory_B.peak))
    }
  }
}

/**
 * Looks at wafers of a space: the hard limits of each, then the known mappings on those that can be built. Its memory does not grow with
 * how many it looks at but for their genes, and what it gives not at all.
 * @param incumbents coordinates of wafers that are kept already: what they beat is dropped, as it could be on no front with them
 */
export function sweepWafers(
  frame: TaskFrame,
  template: WaferTemplate,
  wafers: SweptWafers,
  pools: readonly (readonly KnownMapping[])[],
  incumbents: readonly (readonly number[])[]
): SweepResult {
  const workloads = knownWorkloads(frame, pools)
  const front = new FrontArchive<EstimatedWafer>()
  const promising = new MostPromising()
  const broken: Record<string, number> = {}
  const unfit: Record<string, number> = {}
  const proved = { memory: 0, beaten: 0 }
  let looked = 0
  let buildable = 0
  let fitting = 0
  const look = (genome: Genome): readonly number[] | undefined => {
    looked++
    const seen = lookAt(frame, template, workloads, genome, [...incumbents, ...front.coordinates])
    if (seen.broken !== undefined) {
      broken[seen.broken] = (broken[seen.broken] ?? 0) + 1
      return undefined
    }
    buildable++
    if (seen.proved) proved[seen.proved]++
    if (seen.promise !== undefined) promising.add({ genome, promise: seen.promise })
    if (seen.unfit !== undefined) {
      unfit[seen.unfit] = (unfit[seen.unfit] ?? 0) + 1
      return undefined
    }
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
    unfit,
    proved,
    front: leastCrowded(front.items, MOST_ON_FRONT, estimateCoordinates),
    ...promising.told()
  }
}
