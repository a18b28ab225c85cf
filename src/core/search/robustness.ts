import { sampleDefects, type DefectSampling } from '../chip/defects/sample-defects.ts'
import { diesOfGrid, isBroken, type DefectMap } from '../chip/defects/defect-map.ts'
import { requireWafer } from '../chip/require-wafer.ts'
import { contentHash } from '../content-hash.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { ExplorationHost } from './exploration-host.ts'
import type { SearchResult } from './mapping-search.ts'
import type { TaskFrame } from './tasks.ts'

/** What a mapping is chosen for: the mean over wafers, those on which it does not work counting nothing; or its worst wafer. */
export const robustObjectives = ['expected', 'worst'] as const
export type RobustObjective = (typeof robustObjectives)[number]

export interface RobustnessInputs {
  readonly samples: number
  /** Wafer i is drawn with seed + i. */
  readonly seed: number
  readonly sampling: Omit<DefectSampling, 'seed'>
  readonly objective: RobustObjective
}

/** What a mapping reaches over wafers, in tokens per second; 0 on a wafer where it does not work. */
export interface ThroughputDistribution {
  readonly min: number
  readonly p10: number
  readonly median: number
  readonly mean: number
  readonly max: number
  /** Share of the wafers on which the mapping works. */
  readonly works: number
}

export interface RobustCandidate {
  /** Where it was found: on the whole wafer, or on one with that seed. */
  readonly foundOn: 'whole' | number
  readonly mapping: Mapping
  readonly tokensPerSecond: ThroughputDistribution
  /** Share of the wafers on which it works only in other places. */
  readonly moved: number
  /** Where no wafer has a place for it: the most of its regions that fit on one. */
  readonly mostRoom?: number
}

export interface RobustnessOutcome {
  /** Best first by the objective. */
  readonly candidates: readonly RobustCandidate[]
  readonly best: RobustCandidate | undefined
  /** Dead dies of each wafer drawn. */
  readonly deadDies: readonly number[]
}

/** Wafers of the sample that are searched for mappings, beside the whole one. */
const SEARCHED = 4
/** Mappings that are looked at on every wafer. */
const MOST_CANDIDATES = 12

/**
 * Statistics of throughputs. The quantile q of n sorted values is the one at place ceil(q n): at least a share q of the wafers reaches no more.
 */
export function distributionOf(tokensPerSecond: readonly number[]): ThroughputDistribution {
  const sorted = [...tokensPerSecond].sort((a, b) => a - b)
  const quantile = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
  return {
    min: sorted[0]!,
    p10: quantile(0.1),
    median: quantile(0.5),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    max: sorted.at(-1)!,
    works: sorted.filter((value) => value > 0).length / sorted.length
  }
}

/** Wafers that differ most in how much is dead: quantiles of the sample by dead dies, those that are whole left out. */
function representatives(maps: readonly DefectMap[]): readonly number[] {
  const ranked = maps
    .flatMap((map, index) => (isBroken(map) && map.deadDies.length < diesOfGrid(map.grid) ? [index] : []))
    .sort((a, b) => maps[a]!.deadDies.length - maps[b]!.deadDies.length || a - b)
  if (ranked.length === 0) return []
  const places = Array.from({ length: SEARCHED }, (_, index) =>
    Math.round((index * (ranked.length - 1)) / Math.max(1, SEARCHED - 1))
  )
  return [...new Set(places)].map((place) => ranked[place]!)
}

/** What counts, first of all the objective's own measure; the others break ties. More is better. */
const scores: Readonly<Record<RobustObjective, (one: ThroughputDistribution) => readonly number[]>> = {
  expected: ({ mean, min, works }) => [mean, min, works],
  worst: ({ min, p10, mean }) => [min, p10, mean]
}

const byScore =
  (objective: RobustObjective) =>
  (a: RobustCandidate, b: RobustCandidate): number => {
    const [left, right] = [scores[objective](a.tokensPerSecond), scores[objective](b.tokensPerSecond)]
    const place = left.findIndex((value, index) => value !== right[index])
    return place < 0 ? 0 : right[place]! - left[place]!
  }

/** One mapping of each search in turn, the best of each first, so that no search crowds the others out. */
function inTurn(
  found: readonly { readonly foundOn: 'whole' | number; readonly search: SearchResult }[]
): readonly Pick<RobustCandidate, 'foundOn' | 'mapping'>[] {
  const queues = found.map(({ foundOn, search }) =>
    [...(search.best ? [search.best] : []), ...search.trail.toReversed()].map(({ mapping }) => ({ foundOn, mapping }))
  )
  const longest = queues.reduce((most, queue) => Math.max(most, queue.length), 0)
  const dealt = Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => (queue[turn] ? [queue[turn]] : []))
  ).flat()
  const distinct = new Map<string, (typeof dealt)[number]>()
  for (const one of dealt) {
    // Wherever it lay: it is placed anew on every wafer.
    const key = contentHash({ ...one.mapping, placement: null })
    if (!distinct.has(key)) distinct.set(key, one)
  }
  return [...distinct.values()].slice(0, MOST_CANDIDATES)
}

/** Why there is no best mapping, for people, without a full stop. @param candidates the best first; none of them works anywhere */
export function noMappingWorks([first]: readonly RobustCandidate[]): string {
  if (!first) return 'No mapping was found, not even for the whole wafer'
  const none = 'No mapping found works on any of the wafers'
  if (first.mostRoom === undefined) return none
  const { dataParallel, stages, region } = first.mapping
  const wanted = dataParallel * stages.length
  return (
    `${none}: there is no room: ${wanted} ${wanted === 1 ? 'region' : 'regions'} of ${region.rows} × ${region.columns} dies wanted, ` +
    `${first.mostRoom === 0 ? '0 fit' : `at most ${first.mostRoom} fit`} on the living dies`
  )
}

/**
 * How mappings fare on wafers as they come out of a fab: candidates from searches on the whole wafer and on some of the sample, each on every
 * wafer of the sample, where it is or placed anew by the rule of the search, with transfers sharing the links that are left.
 * Deterministic: the same inputs give the same answer, whatever the number of workers.
 */
export async function robustness(
  frame: TaskFrame,
  { samples, seed, sampling, objective }: RobustnessInputs,
  host: Pick<ExplorationHost, 'run' | 'progress'>
): Promise<RobustnessOutcome> {
  const chip = requireWafer(frame.chip, 'robustness to defects')
  const maps = Array.from({ length: samples }, (_, index) => sampleDefects(chip, { ...sampling, seed: seed + index }))
  const report = (phase: string, share: number): void =>
    host.progress({ phase, share, best_tokensPerSecond: undefined })
  const searched = representatives(maps)
  report('searching mappings', 0)
  const [whole, ...others] = await host.run<'search'>(
    [
      { kind: 'search', effort: 'thorough', defects: null },
      ...searched.map((index) => ({ kind: 'search', effort: 'thorough', defects: maps[index]! }) as const)
    ],
    (done) => report('searching mappings', (0.5 * done) / (searched.length + 1))
  )
  const mappings = inTurn([
    { foundOn: 'whole', search: whole! },
    ...others.map((search, index) => ({ foundOn: seed + searched[index]!, search }))
  ])
  report('mapping every wafer', 0.5)
  const assessed = await host.run<'assess'>(
    maps.map((defects) => ({ kind: 'assess', mappings: mappings.map(({ mapping }) => mapping), defects })),
    (done) => report('mapping every wafer', 0.5 + (0.5 * done) / samples)
  )
  const told = assessed.filter((wafer) => wafer.length === mappings.length)
  const candidates = mappings
    .map((candidate, index): RobustCandidate => {
      const reached = told.map((wafer) => wafer[index]!)
      const room = reached.flatMap((wafer) => wafer.room ?? [])
      return {
        ...candidate,
        tokensPerSecond: distributionOf(reached.map(({ tokensPerSecond }) => tokensPerSecond)),
        moved: reached.filter(({ moved }) => moved).length / reached.length,
        ...(room.length > 0 && room.length === reached.length && { mostRoom: Math.max(...room) })
      }
    })
    .sort(byScore(objective))
  const [first] = candidates
  report('done', 1)
  return {
    candidates,
    best: first && first.tokensPerSecond.works > 0 ? first : undefined,
    deadDies: maps.map(({ deadDies }) => deadDies.length)
  }
}
