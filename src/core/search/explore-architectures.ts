import type { Mapping } from '../mapping/mapping.ts'
import { leastCrowded } from '../optimization/crowding.ts'
import { paretoFront } from '../optimization/pareto.ts'
import { drawWafers, thinned } from './draw-wafers.ts'
import { exploredWafers, type ExploredWafers } from './explored-wafers.ts'
import type { Rung, WaferBoundFindings } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { membersOf } from './family.ts'
import type { Genome } from './gene.ts'
import type { KnownMapping } from './known-mappings.ts'
import { scoutWafers } from './scout-wafers.ts'
import { searchByBound } from './search-by-bound.ts'
import type { TaskFrame } from './tasks.ts'
import { estimateCoordinates, type EstimatedWafer, type SweepResult, type SweptWafers } from './wafer-sweep.ts'
import { explored, WaferSearches } from './wafer-searches.ts'
import { designCoordinates, oneOfEachChip, rankedDesigns, type WaferDesign } from './wafer-design.ts'

/** Wafers whose own mapping search is worth its time: the front of each round, thinned evenly to this many. */
const SEARCHED_PER_ROUND = [12, 32] as const
/** Share of the wafers that each round looks at. */
const SHARE_OF_ROUND = [0.6, 0.4] as const
/** Wafers of one numbered part where all are looked at. */
const PART = 64
/** Wafers looked at before anything else. */
const PREVIEWED = 32
/** Wafers that are known before a sweep and may beat what it looks at whatever its mapping. */
const MOST_INCUMBENTS = 64
/** Wafers of the estimated front that are kept with their estimates. */
const MOST_ESTIMATES_KEPT = 256

interface ArchitectureOutcome {
  /** Best first by the objective. */
  readonly front: readonly WaferDesign[]
  /** What was found of every workload, best or not: what the best known is taken from. */
  readonly designs: readonly WaferDesign[]
  /** From all that were looked at to those that were searched for mappings because their estimates were good. */
  readonly rungs: readonly Rung[]
  /** Undefined where no wafer takes all workloads. */
  readonly waferBound: WaferBoundFindings | undefined
  readonly statistics: Readonly<Record<string, number>>
}

interface Guidance {
  readonly seed: number
  /** Wafers that were kept already. */
  readonly known: readonly WaferDesign[]
  /** Of every workload the mappings known to be good on some wafer. */
  readonly pools: readonly (readonly KnownMapping[])[]
  readonly report: (phase: string, share: number) => void
}

/** A first front of wafers for one workload, spread over the space, while the real searches are under way. */
export async function previewArchitectures(
  frame: TaskFrame,
  host: ExplorationHost,
  seed: number
): Promise<readonly WaferDesign[]> {
  const genomes = drawWafers(exploredWafers(frame), PREVIEWED, seed)
  const [found] = await host.run<'preview'>([{ kind: 'preview', genomes }])
  const front = paretoFront(
    found!.map(({ genome, mapping }) => explored(frame, genome, [mapping])),
    designCoordinates([1])
  )
  host.keep(front.flat())
  return front
}

/** The numbered parts of one round. They depend on the space and the seed alone, never on who does them. */
function partsOf(
  { size, all }: ExploredWafers,
  points: number,
  loop: 'evolution' | 'random',
  seed: number,
  round: number,
  starts: readonly Genome[]
): readonly SweptWafers[] {
  if (all)
    return Array.from({ length: Math.ceil(size / PART) }, (_, part) => ({
      by: 'number',
      from: part * PART,
      to: Math.min(size, (part + 1) * PART)
    }))
  // Parts grow with the study, so that both their number and what each of them remembers stay small.
  const count = Math.max(1, Math.round(Math.sqrt(points) / 10))
  const wafers = Math.ceil((points * SHARE_OF_ROUND[round]!) / count)
  return Array.from({ length: count }, (_, part) => ({
    by: loop,
    wafers,
    seed,
    stream: 16 + round * count + part,
    starts: starts.filter((_start, index) => index % count === part)
  }))
}

/** What all sweeps found together. */
function joined(results: readonly SweepResult[]): Omit<SweepResult, 'front' | 'promising' | 'restPromise'> {
  const counted = (of: (result: SweepResult) => Readonly<Record<string, number>>): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const result of results)
      for (const [name, count] of Object.entries(of(result))) counts[name] = (counts[name] ?? 0) + count
    return counts
  }
  const sum = (of: (result: SweepResult) => number): number => results.reduce((total, one) => total + of(one), 0)
  return {
    looked: sum(({ looked }) => looked),
    buildable: sum(({ buildable }) => buildable),
    estimated: sum(({ estimated }) => estimated),
    proved: {
      memory: sum(({ proved }) => proved.memory),
      beaten: sum(({ proved }) => proved.beaten)
    },
    broken: counted(({ broken }) => broken),
    unfit: counted(({ unfit }) => unfit)
  }
}

const named = (prefix: string, counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix} ${name}`, count]))

/**
 * Looks for wafers none of which another beats in tokens/s, power, cost and peak memory, within the hard limits; for several workloads in
 * those of all of them, see {@link designCoordinates}. Each fidelity passes on
 * what is worth the next: values that no wafer can be built with are ruled out; wafers are checked against their limits; known mappings of
 * the nearest wafers are tried on those that can be built; the front of that gets mapping searches of its own, whose mappings are known to
 * the next round.
 */
export async function exploreArchitectures(
  frame: TaskFrame,
  host: ExplorationHost,
  guidance: Guidance
): Promise<ArchitectureOutcome> {
  const space = frame.architecture!
  const wafers = exploredWafers(frame)
  const { report, seed } = guidance
  const members = membersOf(frame)
  const weights = members.map(({ weight }) => weight)
  const coordinates = designCoordinates(weights)
  const searches = new WaferSearches(frame, host, guidance.pools)

  report('checking wafers against their limits', 0)
  const scouts = await scoutWafers(frame, host, seed)
  for (const [wave, scouted] of scouts.entries())
    await searches.search(scouted, (done) =>
      report('mapping wafers of each grid', 0.02 + (0.28 * (wave + done)) / scouts.length)
    )

  let picked = 0
  const sweeps: SweepResult[] = []
  const refined: WaferDesign[] = []
  let first: readonly WaferDesign[] = []
  let estimates: readonly (EstimatedWafer & { readonly designs: readonly Mapping[] })[] = []
  const rounds = wafers.all ? 1 : SHARE_OF_ROUND.length
  for (let round = 0; round < rounds; round++) {
    const begun = 0.3 + (0.6 * round) / rounds
    const part = 0.6 / rounds
    const known = searches.pools
    // What was searched or kept before; its coordinates go to every part, so only the most telling of them.
    const incumbents = leastCrowded(
      paretoFront([...refined, ...guidance.known], coordinates),
      MOST_INCUMBENTS,
      coordinates
    ).map(coordinates)
    const starts = leastCrowded(estimates, 64, estimateCoordinates).map(({ genome }) => genome)
    const parts = partsOf(wafers, space.points, space.loop, seed, round, starts)
    const found = await host.run<'sweep'>(
      parts.map((swept) => ({ kind: 'sweep', wafers: swept, pools: known, incumbents })),
      (done) => report('estimating wafers', begun + (part * 0.5 * done) / parts.length)
    )
    sweeps.push(...found)
    estimates = paretoFront(
      [
        ...estimates,
        ...found.flatMap(({ front }) =>
          front.map((wafer) => ({
            ...wafer,
            designs: wafer.mappings.map((place, workload) => known[workload]![place]!.mapping)
          }))
        )
      ],
      estimateCoordinates
    ).toSorted((a, b) => b.score - a.score)
    const last = round === rounds - 1
    if (last) {
      // What is not kept is on no front either: a project has every point that its front names.
      first = leastCrowded(estimates, MOST_ESTIMATES_KEPT, estimateCoordinates).map(({ genome, designs }) =>
        explored(frame, genome, designs)
      )
      host.keep(first.flat())
    }
    const promising = thinned(estimates, SEARCHED_PER_ROUND[last ? 1 : 0]).map(({ genome }) => genome)
    const better = await searches.search(promising, (done) =>
      report('searching mappings of the best wafers', begun + part * (0.5 + 0.5 * done))
    )
    picked += promising.length
    host.keep(better.flat())
    refined.push(...better)
  }
  // The given chip may keep other limits than the wafers around it, which are not to be passed over for it.
  const wafersKnown = [...refined, ...first, ...guidance.known].filter(([point]) => point!.source !== 'search')
  const sure = await searchByBound(frame, searches, sweeps, wafersKnown, weights, (done) =>
    report('searching wafers that may be better by their bounds', 0.9 + 0.1 * done)
  )
  host.keep(sure.found.flat())

  const { looked, buildable, estimated, broken, unfit, proved } = joined(sweeps)
  const designs = [...refined, ...sure.found, ...first, ...guidance.known]
  const front = rankedDesigns(paretoFront(designs, coordinates), frame.objective, weights)
  return {
    front,
    designs,
    rungs: [
      { name: 'looked at', wafers: looked },
      { name: 'within every limit', wafers: buildable },
      { name: 'not ruled out by bounds', wafers: buildable - proved.memory - proved.beaten },
      { name: 'estimated', wafers: estimated },
      { name: 'on the front by closed forms', wafers: oneOfEachChip(front).length },
      { name: 'searched', wafers: picked }
    ],
    waferBound: sure.findings,
    statistics: {
      wafers: looked,
      wafersBuildable: buildable,
      ...named('wafersOver', broken),
      ...named('genesRuledOut', wafers.ruledOut),
      ...named('wafersRuledOut', proved),
      wafersEstimated: estimated,
      ...(frame.space.family && named('wafersUnfit', unfit)),
      wafersSearched: searches.count
    }
  }
}
