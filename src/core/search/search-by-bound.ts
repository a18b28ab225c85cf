import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { dieMemory_B, dieMemoryBandwidth_Bps } from '../chip/die-resources.ts'
import { paretoFront } from '../optimization/pareto.ts'
import type { WaferBoundFindings } from './exploration.ts'
import { exploredWafers } from './explored-wafers.ts'
import type { PromisingWafer, PromisingWafers } from './most-promising.ts'
import { jointScore } from './objective.ts'
import type { TaskFrame } from './tasks.ts'
import type { WaferDesign } from './wafer-design.ts'
import type { WaferSearches } from './wafer-searches.ts'

/** Wafers that are searched at once: what they find is known to the next ones. */
const WAVE = 8
/** Wafers that are searched for their bounds alone, at most, and since one of them was better: where bounds tell little, hundreds promise more. */
const MOST_SEARCHED = 96
const PATIENCE = 24

interface Candidate extends PromisingWafer {
  readonly chip: WaferChipSpec
}

const memory_B = ({ chip }: Candidate): number => dieMemory_B(chip) * chip.grid.rows * chip.grid.columns

/** Of every grid those wafers that none promising as much surpasses in memory, its bandwidth and links; the most promising first. */
function foremost(candidates: readonly Candidate[]): readonly Candidate[] {
  const grids = Map.groupBy(candidates, ({ chip: { grid } }) => `${grid.rows}x${grid.columns}`)
  return [...grids.values()]
    .flatMap((members) =>
      paretoFront(members, ({ promise, chip }) => [
        -promise,
        -dieMemory_B(chip),
        -dieMemoryBandwidth_Bps(chip),
        -chip.links.bandwidthPerEdge_Bps
      ])
    )
    .sort((a, b) => b.promise - a.promise)
}

/** By how much one score exceeds another, as a share; of negative ones, too. */
const excess = (most: number, best: number): number =>
  Math.max(0, (most - best) / Math.min(Math.abs(most), Math.abs(best)))

/**
 * Searches the wafers that may be better than the best known by their bounds, until none is left or enough were searched: what makes an
 * exploration of wafers sure of its answer, and finds wafers on which no mapping known from others fits.
 * @param swept what sweeps of the space said
 * @param known designs found so far
 * @returns what was found, and what no wafer that was looked at surpasses; no finding where nothing fits
 */
export async function searchByBound(
  frame: TaskFrame,
  searches: WaferSearches,
  swept: readonly PromisingWafers[],
  known: readonly WaferDesign[],
  weights: readonly number[],
  onDone: (share: number) => void
): Promise<{ readonly found: readonly WaferDesign[]; readonly findings: WaferBoundFindings | undefined }> {
  const { template } = exploredWafers(frame)
  const scoreOf = (design: WaferDesign): number => jointScore(frame.objective, design, weights)
  const listed = new Map(swept.flatMap(({ promising }) => promising.map((wafer) => [wafer.genome.join(), wafer])))
  const found: WaferDesign[] = []
  let best = Math.max(-Infinity, ...known.map(scoreOf))
  let open: readonly Candidate[] = [...listed.values()].map((wafer) => ({
    ...wafer,
    chip: template.chip(wafer.genome)
  }))
  const before = searches.count
  let searched = 0
  let better = 0
  let order: readonly Candidate[] = []
  for (;;) {
    const isOpen = ({ genome, promise }: Candidate): boolean => promise > best && searches.most(genome) === undefined
    open = open.filter(isOpen)
    order = order.filter(isOpen)
    // Where nothing fits yet, memory is what a wafer must have first.
    if (best === -Infinity) order = open.toSorted((a, b) => memory_B(b) - memory_B(a))
    else if (order.length === 0) order = foremost(open)
    const room = Math.min(WAVE, MOST_SEARCHED - searched, better + PATIENCE - searched)
    const wave = order.slice(0, room).map(({ genome }) => genome)
    if (wave.length === 0) break
    const designs = await searches.search(
      wave,
      (share) => onDone((searched + share * wave.length) / MOST_SEARCHED),
      best
    )
    // Less than the wave is searched only where the exploration is being stopped.
    const isStopped = searches.count < before + searched + wave.length
    searched = searches.count - before
    found.push(...designs)
    const reached = Math.max(best, ...designs.map(scoreOf))
    if (reached > best) better = searched
    best = reached
    if (isStopped) break
  }
  open = open.filter(({ genome, promise }) => promise > best && searches.most(genome) === undefined)
  if (best === -Infinity) return { found, findings: undefined }
  const most = Math.max(
    best,
    ...[...listed.values()].map(({ genome, promise }) => Math.min(promise, searches.most(genome) ?? Infinity)),
    ...swept.map(({ restPromise }) => restPromise ?? -Infinity)
  )
  return {
    found,
    findings: { objective: frame.objective, best, most, gap: excess(most, best), searched, left: open.length }
  }
}
