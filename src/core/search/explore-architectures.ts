import type { Mapping } from '../mapping/mapping.ts'
import { paretoFront } from '../optimization/pareto.ts'
import { randomStream } from '../optimization/random.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import { genesOf, genomeLabel, spaceSize, withProvenance } from './architecture-space.ts'
import type { KeptPoint, Objective } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { keptCoordinates, keptPoint } from './kept-point.ts'
import { chipOfPoint, type EstimatedPoint, type TaskFrame, type ScreenResult } from './tasks.ts'

/** Wafers whose own mapping search is worth its time: the estimated front, thinned evenly to this many. */
const REFINED = 32
const CHUNK = 64

interface ArchitectureOutcome {
  readonly front: readonly KeptPoint[]
  readonly statistics: Readonly<Record<string, number>>
}

interface Guidance {
  readonly seed: number
  /** Wafers that were kept already. */
  readonly known: readonly KeptPoint[]
  /** Mappings known to be good on the base chip. */
  readonly pool: readonly Mapping[]
  readonly report: (phase: string, share: number) => void
}

/** Numbers of the points to look at: all, or as many different ones as wanted drawn at random, in rising order. */
export function drawPoints(size: number, wanted: number, seed: number): readonly number[] {
  if (size <= wanted) return Array.from({ length: size }, (_, point) => point)
  const random = randomStream(seed, 2)
  const drawn = new Set<number>()
  while (drawn.size < wanted) drawn.add(random.below(size))
  return [...drawn].sort((a, b) => a - b)
}

const chunks = (points: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(points.length / CHUNK) }, (_, index) =>
    points.slice(index * CHUNK, (index + 1) * CHUNK)
  )

/** Wafers looked at before anything else. */
const PREVIEWED = 32

const explored = (frame: TaskFrame, point: number, mapping: Mapping): KeptPoint => {
  const base = frame.base!
  const genes = genesOf(frame.architecture!, base)
  const chip = withProvenance(base, chipOfPoint(frame, point), genes)
  const machine = machineOf(chip, frame.space.overlap)
  const workload = buildWorkload(frame.model, frame.training)
  return keptPoint(workload, machine, 'architecture', genomeLabel(base, chip, genes), mapping)
}

/** A first front of wafers, spread over the space, while the real searches are under way. */
export async function previewArchitectures(
  frame: TaskFrame,
  host: ExplorationHost,
  seed: number
): Promise<readonly KeptPoint[]> {
  const space = frame.architecture!
  const points = drawPoints(spaceSize(genesOf(space, frame.base!)), space.points, seed)
  const [found] = await host.run<'preview'>([{ kind: 'preview', points: thinned(points, PREVIEWED) }])
  const front = paretoFront(
    found!.map(({ point, mapping }) => explored(frame, point, mapping)),
    keptCoordinates
  )
  host.keep(front)
  return front
}

/** Wafers that broke each limit first, as counters of the run. */
function brokenCounts(screened: readonly ScreenResult[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { broken } of screened)
    for (const [limit, count] of Object.entries(broken)) {
      const name = `wafersOver ${limit}`
      counts[name] = (counts[name] ?? 0) + count
    }
  return counts
}

/** Every n-th of a list so that at most `most` stay, the two ends among them. */
export function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]!)
}

/** Best first. */
const byObjective: Readonly<Record<Objective, (a: EstimatedPoint, b: EstimatedPoint) => number>> = {
  throughput: (a, b) => b.tokensPerSecond - a.tokensPerSecond,
  energy: (a, b) => a.energy_J - b.energy_J,
  'throughput-per-watt': (a, b) => b.tokensPerSecond / b.power_W - a.tokensPerSecond / a.power_W,
  'throughput-per-cost': (a, b) => b.tokensPerSecond / b.cost_usd - a.tokensPerSecond / a.cost_usd
}

const estimateCoordinates = (point: EstimatedPoint): readonly number[] => [
  -point.tokensPerSecond,
  point.power_W,
  point.cost_usd,
  point.peak_B
]

/**
 * Looks for wafers none of which another beats in tokens/s, power, cost and peak memory, within the hard limits. Three fidelities: limits
 * for every point; the best of a pool of known mappings for every wafer that can be built; a search of its own for the wafers
 * on the front of that.
 */
export async function exploreArchitectures(
  frame: TaskFrame,
  host: ExplorationHost,
  guidance: Guidance
): Promise<ArchitectureOutcome> {
  const base = frame.base!
  const space = frame.architecture!
  const genes = genesOf(space, base)
  const points = drawPoints(spaceSize(genes), space.points, guidance.seed)
  const { report } = guidance

  report('checking wafers against their limits', 0)
  const screened = await host.run<'screen'>(chunks(points).map((part) => ({ kind: 'screen', points: part })))
  const buildable = screened.flatMap((result) => result.buildable)

  // A pool mapping suits one grid; each other grid gets a quick search on the wafer in the middle of those that have it.
  const gridOf = (point: number): string => {
    const { grid } = chipOfPoint(frame, point)
    return `${grid.rows}x${grid.columns}`
  }
  const byGrid = new Map<string, number[]>()
  for (const point of buildable) {
    const grid = gridOf(point)
    const known = byGrid.get(grid)
    if (known) known.push(point)
    else byGrid.set(grid, [point])
  }
  report('mapping one wafer of each grid', 0.1)
  const representatives = [...byGrid.values()].map((members) => members[members.length >> 1]!)
  const searched = await host.run<'search'>(
    representatives.map((point) => ({ kind: 'search', point, effort: 'quick' })),
    (done) => report('mapping one wafer of each grid', 0.1 + (0.3 * done) / representatives.length)
  )
  const pools = new Map(
    [...byGrid.keys()].map((grid, index) => [
      grid,
      [...guidance.pool, ...searched[index]!.trail.map(({ mapping }) => mapping)]
    ])
  )

  const parts = [...byGrid].flatMap(([grid, members]) =>
    chunks(members).map((part) => ({ part, pool: pools.get(grid)! }))
  )
  const estimated = await host.run<'estimate'>(
    parts.map(({ part, pool }) => ({ kind: 'estimate', points: part, pool })),
    (done) => report('estimating wafers', 0.4 + (0.25 * done) / parts.length)
  )
  const candidates = estimated.flatMap((result, index) =>
    result.map((point) => ({ ...point, design: parts[index]!.pool[point.mapping]! }))
  )
  const promising = paretoFront(candidates, estimateCoordinates).sort(byObjective[frame.objective])
  const first = promising.map((candidate) => explored(frame, candidate.point, candidate.design))
  host.keep(first)

  const refined = thinned(promising, REFINED)
  const better = await host.run<'search'>(
    refined.map((candidate) => ({
      kind: 'search',
      point: candidate.point,
      effort: 'quick',
      incumbent_s: candidate.mappingCost_s
    })),
    (done) => report('searching mappings of the best wafers', 0.65 + (0.35 * done) / refined.length)
  )
  const improved = better.flatMap((result, index) =>
    result.best ? [explored(frame, refined[index]!.point, result.best.mapping)] : []
  )
  host.keep(improved)
  return {
    front: paretoFront([...improved, ...first, ...guidance.known], keptCoordinates),
    statistics: {
      wafers: points.length,
      wafersBuildable: buildable.length,
      ...brokenCounts(screened),
      wafersEstimated: candidates.length,
      wafersSearched: refined.length + representatives.length
    }
  }
}
