import type { Mapping } from '../mapping/mapping.ts'
import { leastCrowded } from '../optimization/crowding.ts'
import { paretoFront } from '../optimization/pareto.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import { drawWafers, thinned } from './draw-wafers.ts'
import { exploredWafers, type ExploredWafers } from './explored-wafers.ts'
import type { KeptPoint, Objective } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import type { Genome } from './gene.ts'
import { keptCoordinates, keptPoint } from './kept-point.ts'
import { nearestFirst, traitsOf, type KnownMapping } from './known-mappings.ts'
import type { SearchResult } from './mapping-search.ts'
import { scoutWafers } from './scout-wafers.ts'
import type { TaskFrame } from './tasks.ts'
import { estimateCoordinates, type EstimatedWafer, type SweepResult, type SweptWafers } from './wafer-sweep.ts'
import { genomeLabel, withProvenance } from './wafer-template.ts'

/** Wafers whose own mapping search is worth its time: the front of each round, thinned evenly to this many. */
const SEARCHED_PER_ROUND = [12, 32] as const
/** Share of the wafers that each round looks at. */
const SHARE_OF_ROUND = [0.6, 0.4] as const
/** Mappings of other wafers that a search starts from. */
const WARM = 3
/** Wafers of one numbered part where all are looked at. */
const PART = 64
/** Wafers looked at before anything else. */
const PREVIEWED = 32
/** Wafers of the estimated front that are kept with their estimates. */
const MOST_ESTIMATES_KEPT = 256

interface ArchitectureOutcome {
  readonly front: readonly KeptPoint[]
  readonly statistics: Readonly<Record<string, number>>
}

interface Guidance {
  readonly seed: number
  /** Wafers that were kept already. */
  readonly known: readonly KeptPoint[]
  /** Mappings known to be good on some wafer. */
  readonly pool: readonly KnownMapping[]
  readonly report: (phase: string, share: number) => void
}

const explored = (frame: TaskFrame, genome: Genome, mapping: Mapping): KeptPoint => {
  const { template } = exploredWafers(frame)
  const bare = template.chip(genome)
  const chip = withProvenance(template, bare)
  const machine = machineOf(chip, frame.space.overlap)
  const workload = buildWorkload(frame.model, frame.training)
  return keptPoint(workload, machine, 'architecture', genomeLabel(template, bare, genome), mapping)
}

/** A first front of wafers, spread over the space, while the real searches are under way. */
export async function previewArchitectures(
  frame: TaskFrame,
  host: ExplorationHost,
  seed: number
): Promise<readonly KeptPoint[]> {
  const genomes = drawWafers(exploredWafers(frame), PREVIEWED, seed)
  const [found] = await host.run<'preview'>([{ kind: 'preview', genomes }])
  const front = paretoFront(
    found!.map(({ genome, mapping }) => explored(frame, genome, mapping)),
    keptCoordinates
  )
  host.keep(front)
  return front
}

/** Best first. */
const byObjective: Readonly<Record<Objective, (a: EstimatedWafer, b: EstimatedWafer) => number>> = {
  throughput: (a, b) => b.tokensPerSecond - a.tokensPerSecond,
  energy: (a, b) => a.energy_J - b.energy_J,
  'throughput-per-watt': (a, b) => b.tokensPerSecond / b.power_W - a.tokensPerSecond / a.power_W,
  'throughput-per-cost': (a, b) => b.tokensPerSecond / b.cost_usd - a.tokensPerSecond / a.cost_usd
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
function joined(results: readonly SweepResult[]): Omit<SweepResult, 'front'> {
  const broken: Record<string, number> = {}
  for (const { broken: own } of results)
    for (const [limit, count] of Object.entries(own)) broken[limit] = (broken[limit] ?? 0) + count
  const sum = (of: (result: SweepResult) => number): number => results.reduce((total, one) => total + of(one), 0)
  return {
    looked: sum(({ looked }) => looked),
    buildable: sum(({ buildable }) => buildable),
    estimated: sum(({ estimated }) => estimated),
    broken
  }
}

const named = (prefix: string, counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix} ${name}`, count]))

/**
 * Looks for wafers none of which another beats in tokens/s, power, cost and peak memory, within the hard limits. Each fidelity passes on
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
  const { template } = wafers
  const { report, seed } = guidance
  let { pool } = guidance
  const warmFor = (genome: Genome): readonly Mapping[] =>
    nearestFirst(pool, template.chip(genome))
      .slice(0, WARM)
      .map((place) => pool[place]!.mapping)
  const search = async (
    genomes: readonly Genome[],
    onDone: (share: number) => void
  ): Promise<readonly SearchResult[]> => {
    const found = await host.run<'search'>(
      genomes.map((genome) => ({ kind: 'search', genome, effort: 'quick', warm: warmFor(genome) })),
      (done) => onDone(done / genomes.length)
    )
    pool = [
      ...pool,
      ...found.flatMap(({ trail }, index) => {
        const traits = traitsOf(template.chip(genomes[index]!))
        return trail.map(({ mapping }) => ({ mapping, foundOn: traits }))
      })
    ]
    return found
  }

  report('checking wafers against their limits', 0)
  const scouts = await scoutWafers(frame, host, seed)
  let searched = 0
  for (const [wave, scouted] of scouts.entries()) {
    await search(scouted, (done) =>
      report('mapping wafers of each grid', 0.02 + (0.28 * (wave + done)) / scouts.length)
    )
    searched += scouted.length
  }

  const sweeps: SweepResult[] = []
  const refined: KeptPoint[] = []
  let first: readonly KeptPoint[] = []
  let estimates: readonly (EstimatedWafer & { readonly design: Mapping })[] = []
  const rounds = wafers.all ? 1 : SHARE_OF_ROUND.length
  for (let round = 0; round < rounds; round++) {
    const begun = 0.3 + (0.7 * round) / rounds
    const part = 0.7 / rounds
    const known = pool
    const starts = leastCrowded(estimates, 64, estimateCoordinates).map(({ genome }) => genome)
    const parts = partsOf(wafers, space.points, space.loop, seed, round, starts)
    const found = await host.run<'sweep'>(
      parts.map((swept) => ({ kind: 'sweep', wafers: swept, pool: known })),
      (done) => report('estimating wafers', begun + (part * 0.5 * done) / parts.length)
    )
    sweeps.push(...found)
    estimates = paretoFront(
      [
        ...estimates,
        ...found.flatMap(({ front }) => front.map((wafer) => ({ ...wafer, design: known[wafer.mapping]!.mapping })))
      ],
      estimateCoordinates
    ).toSorted(byObjective[frame.objective])
    const last = round === rounds - 1
    if (last) {
      // What is not kept is on no front either: a project has every point that its front names.
      first = leastCrowded(estimates, MOST_ESTIMATES_KEPT, estimateCoordinates).map(({ genome, design }) =>
        explored(frame, genome, design)
      )
      host.keep(first)
    }
    const promising = thinned(estimates, SEARCHED_PER_ROUND[last ? 1 : 0]).map(({ genome }) => genome)
    const better = await search(promising, (done) =>
      report('searching mappings of the best wafers', begun + part * (0.5 + 0.5 * done))
    )
    searched += promising.length
    const improved = better.flatMap(({ best }, index) =>
      best ? [explored(frame, promising[index]!, best.mapping)] : []
    )
    host.keep(improved)
    refined.push(...improved)
  }

  const { looked, buildable, estimated, broken } = joined(sweeps)
  return {
    front: paretoFront([...refined, ...first, ...guidance.known], keptCoordinates),
    statistics: {
      wafers: looked,
      wafersBuildable: buildable,
      ...named('wafersOver', broken),
      ...named('genesRuledOut', wafers.ruledOut),
      wafersEstimated: estimated,
      wafersSearched: searched
    }
  }
}
