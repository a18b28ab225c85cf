import type { Mapping } from '../mapping/mapping.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { Candidates } from './candidates.ts'
import { type Goal } from './goal.ts'
import { variantsOf } from './outer-genes.ts'
import { mappingOf } from './solution.ts'
import { MappingSpace } from '../mapping/mapping-space.ts'

import { CombinationSolver } from './combination-solver.ts'
import { THOROUGH, type Effort } from './effort.ts'

/** Former best mappings that a search remembers: starting points for neighbouring chips. */
const TRAIL = 8

/** Where a search stands: enough to go on from in another process. Plain JSON data. */
export interface SearchState {
  readonly solved: number
  readonly best: FoundMapping | undefined
  /** Mappings that were the best for a while, latest last. */
  readonly trail: readonly FoundMapping[]
  /** Least bound on the cost of the combinations solved without proof; null for none. */
  readonly open_s: number | null
}

export interface FoundMapping {
  readonly iterationTime_s: number
  /** What was minimised: the time, or under an energy goal the energy over the chip's idle power. */
  readonly cost_s: number
  readonly mapping: Mapping
}

export interface SearchProgress {
  readonly solved: number
  readonly total: number
  readonly best_s: number
  /** No mapping of the space is faster. */
  readonly lowerBound_s: number
  /** By how much the best one's cost may exceed the least possible, as a share. */
  readonly gap: number
  /** How far the search has come, 0..1: by the bounds that have passed towards the best, or by the combinations that it may solve. */
  readonly share: number
  state(): SearchState
}

/**
 * What no mapping of a space gets below even if its regions lie elsewhere than where the space lays them: proved of the combinations alone, in
 * which every layer may have a plan of its own.
 */
export interface AnywhereBound {
  readonly time_s: number
  readonly cost_s: number
  /** Of the time where tensors may also be offloaded, so that no memory binds. */
  readonly offloading_s: number
}

export interface SearchResult {
  /** Undefined when nothing in the space fits, or nothing beats the incumbent. */
  readonly best: FoundMapping | undefined
  readonly trail: readonly FoundMapping[]
  /** No mapping of the space is faster than this; 0 where none fits. */
  readonly lowerBound_s: number
  /** None costs less than this; the same as the time's bound where time alone counts. */
  readonly leastCost_s: number
  /** Zeros where nothing is known. */
  readonly anywhere: AnywhereBound
  readonly combinations: number
  readonly solved: number
  /** Every solved combination was solved exactly and none that could matter was left out. */
  readonly exact: boolean
}

type SearchOptions = NonNullable<Parameters<typeof searchMapping>[2]>

/** What a thorough search finds: an exact one that knows it can leave most plans and lengths of stages out. */
function thoroughFirst(
  workload: Workload,
  machine: Machine,
  options: SearchOptions
): Pick<SearchState, 'best' | 'trail'> & { readonly stopped: boolean } {
  let stopped = false
  // Whoever goes on from here begins anew, and so finds the same.
  const state = (): SearchState => ({ solved: 0, best: undefined, trail: [], open_s: null })
  const { best, trail } = searchMapping(workload, machine, {
    ...options,
    effort: THOROUGH,
    onProgress: (progress) => {
      stopped = options.onProgress?.({ ...progress, solved: 0, share: 0, state }) === false
      return !stopped
    }
  })
  return { best, trail, stopped }
}

/**
 * Searches the whole space of mappings of a workload on a machine for the fastest one, or the one that needs least energy: outer genes in
 * the order of their bounds until none can beat the best, each solved by layer frontiers and stage partition. Same inputs, same answer.
 * @param onProgress called after each solved combination; returning false stops the search, which keeps its certificate
 */
export function searchMapping(
  workload: Workload,
  machine: Machine,
  options: {
    readonly space?: MappingSpace
    readonly effort?: Effort
    readonly onProgress?: (progress: SearchProgress) => boolean | void
    /** What to minimise beside the time; time alone unless given. */
    readonly goal?: Goal
    /** Cost already reached by other means; only cheaper mappings are wanted. */
    readonly incumbent_s?: number
    /** Bounds hold on dies of less than full speed as well; as slow dies of the machine demand unless given. */
    readonly anySpeed?: boolean
    /** Goes on where a search with the same inputs stood. */
    readonly resume?: SearchState
  } = {}
): SearchResult {
  const space = options.space ?? MappingSpace.parse({})
  const effort = options.effort ?? THOROUGH
  const { goal } = options
  const solver = new CombinationSolver(workload, machine, space, effort, goal)
  const candidates = new Candidates(workload, machine, space, goal, options.anySpeed)
  const { resume } = options
  const first = resume || effort.frontier < Infinity ? undefined : thoroughFirst(workload, machine, options)
  const start = resume ?? first
  let best = start?.best
  let best_s = best?.cost_s ?? options.incumbent_s ?? Infinity
  let trail = start?.trail ?? []
  let open_s = resume?.open_s ?? Infinity
  let solved = 0
  const first_s = candidates.least_s
  // One combination may be several to be solved: one for each layout between layers.
  const most = first?.stopped ? 0 : effort.combinations
  for (; solved < (resume?.solved ?? 0); solved++) candidates.take()
  const state = (): SearchState => ({ solved, best, trail, open_s: open_s === Infinity ? null : open_s })
  while (solved < most && candidates.least_s < best_s) {
    const { genes, residual, leastCost_s } = candidates.take()!
    for (const variant of variantsOf(genes, space)) {
      const { solution, open_s: unproved_s } = solver.solve(variant, residual, best_s)
      open_s = Math.min(open_s, Math.max(unproved_s, leastCost_s))
      if (solution && solution.cost_s < best_s) {
        best_s = solution.cost_s
        const mapping = mappingOf(workload, machine, space, solution)
        const iterationTime_s = goal ? evaluate(workload, machine, mapping).iterationTime_s : best_s
        best = { iterationTime_s, cost_s: best_s, mapping }
        trail = [...trail, best].slice(-TRAIL)
      }
    }
    solved++
    if (!options.onProgress) continue
    const least_s = Math.min(best_s, open_s, candidates.least_s)
    const lowerBound_s = goal ? candidates.leastTime_s : least_s
    const fastest_s = goal ? (best?.iterationTime_s ?? Infinity) : best_s
    const gap = best_s / least_s - 1
    const passed = best_s < Infinity ? (candidates.least_s - first_s) / (best_s - first_s) : 0
    const share = Math.min(1, Math.max(solved / Math.min(most, candidates.total), passed || 0))
    const progress = { solved, total: candidates.total, best_s: fastest_s, lowerBound_s, gap, share, state }
    if (options.onProgress(progress) === false) break
  }
  const rest_s = candidates.least_s
  const offloading_s = candidates.leastTime_s
  const leastCost_s = Number.isFinite(best_s) ? Math.min(best_s, open_s, rest_s) : 0
  return {
    best,
    trail,
    lowerBound_s: goal && leastCost_s > 0 ? offloading_s : leastCost_s,
    leastCost_s,
    anywhere: { time_s: goal ? offloading_s : first_s, cost_s: first_s, offloading_s },
    combinations: candidates.total,
    solved,
    exact: open_s >= best_s && rest_s >= best_s
  }
}
