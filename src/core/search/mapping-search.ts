import { foldsChain } from '../mapping/chain-order.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { bestStagePartition, type StageOption } from '../optimization/stage-partition.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { frameOf } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { stageSpeeds } from '../simulator/machine-defects.ts'
import { fillTransfers_s, type StepFrame } from '../simulator/pipeline.ts'
import type { Workload } from '../workload/workload.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { delayedMicroBatches, logitsInFlight, microBatchesInFlight, splitsBackward } from '../simulator/schedule.ts'
import { modelAtSpeed } from '../simulator/stage-models.ts'
import { sharesTable } from '../simulator/tied-table.ts'
import { Candidates } from './candidates.ts'
import { work_s, type Goal } from './goal.ts'
import { tableCuts, tableFilter } from './table-cuts.ts'
import { layerFrontier, TIME_S, type FrontierRequest, type LayerFrontier } from './layer-frontier.ts'
import { variantsOf, type OuterGenes } from './outer-genes.ts'
import { framedGenes, mappingOf, stageLengths, stageRuns, type Solution, type StageLengths } from './solution.ts'
import { modelOf, shapeKey } from './shape-frontiers.ts'
import { MappingSpace } from '../mapping/mapping-space.ts'
import { stageProjection } from './stage-projection.ts'
import { stageChoices, type ClassRun, type StageChoice } from './stage-options.ts'

/** How thoroughly to search. */
export interface Effort {
  /** Plans kept per state of the layer's dynamic programme; Infinity is exact. */
  readonly frontier: number
  /** Outer gene combinations solved at most; the certificate counts those left out. */
  readonly combinations: number
  /** Layers a stage may have more or fewer than its equal share; Infinity is exact. */
  readonly unevenness: number
}

/** Every combination that bounds do not exclude, frontiers unthinned, any stage cut: for small spaces. */
export const EXACT: Effort = { frontier: Infinity, combinations: Infinity, unevenness: Infinity }
export const THOROUGH: Effort = { frontier: 24, combinations: 4000, unevenness: 2 }
/** Former best mappings that a search remembers: starting points for neighbouring chips. */
const TRAIL = 8
/** Room for the rounding of sums in comparisons that leave something out. */
const ROUNDING = 1e-9

export const QUICK: Effort = { frontier: 8, combinations: 80, unevenness: 1 }

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

export interface SearchResult {
  /** Undefined when nothing in the space fits, or nothing beats the incumbent. */
  readonly best: FoundMapping | undefined
  readonly trail: readonly FoundMapping[]
  /** No mapping of the space is faster than this; 0 where none fits. */
  readonly lowerBound_s: number
  /** None costs less than this; the same as the time's bound where time alone counts. */
  readonly leastCost_s: number
  readonly combinations: number
  readonly solved: number
  /** Every solved combination was solved exactly and none that could matter was left out. */
  readonly exact: boolean
}

/** What a layer's frontier is asked for. */
type FrontierUse = Pick<FrontierRequest, 'only' | 'projection'>

/**
 * Lengths of stages that a solution below a ceiling can have: a stage takes all micro-batches through its layers at their fastest, and what one has
 * not the others have.
 */
function shortEnough(
  { least, most }: StageLengths,
  { stages }: OuterGenes,
  stack: number,
  layer_s: number,
  ceiling: number
): StageLengths {
  const longest = Math.min(most, Math.floor((ceiling / layer_s) * (1 + ROUNDING)))
  return { least: Math.max(least, stack - (stages - 1) * longest), most: longest }
}

class MappingSearch {
  readonly #workload: Workload
  readonly #machine: Machine
  readonly #space: MappingSpace
  readonly #effort: Effort
  readonly #goal: Goal
  readonly #models = new Map<string, CostModel>()
  readonly #frontiers = new Map<string, LayerFrontier>()

  constructor(workload: Workload, machine: Machine, space: MappingSpace, effort: Effort, goal: Goal) {
    this.#goal = goal
    this.#workload = workload
    this.#machine = machine
    this.#space = space
    this.#effort = effort
  }

  /** The best solution of one combination that is cheaper than the ceiling, and whether "none" or "this one" is proved. */
  solve(genes: OuterGenes, residual: number, ceiling: number): { solution: Solution | undefined; exact: boolean } {
    const key = `${shapeKey(genes.shape)}z${genes.zeroStage}d${genes.replicas}e${genes.expertParallel}p${genes.stages}${genes.order}${foldsChain(genes.schedule) ? 'v' : ''}`
    let model = this.#models.get(key)
    if (!model) this.#models.set(key, (model = modelOf(this.#workload, this.#machine, genes, this.#space)))
    if (!sharesTable(model)) return this.#solveWith(genes, model, key, residual, undefined, ceiling)
    // Embedding and logits use one table, so they must cut it alike: every cut is a problem of its own.
    let best: Solution | undefined
    let exact = true
    for (const cut of tableCuts(model, this.#space)) {
      const outcome = this.#solveWith(genes, model, key, residual, cut, best?.cost_s ?? ceiling)
      best = outcome.solution ?? best
      exact &&= outcome.exact
    }
    return { solution: best, exact }
  }

  #solveWith(
    genes: OuterGenes,
    model: CostModel,
    key: string,
    residual: number,
    cut: string | undefined,
    ceiling: number
  ): { solution: Solution | undefined; exact: boolean } {
    const isExact = this.#effort.frontier === Infinity
    const frontiersAt = (speed: number, how: FrontierUse = {}): readonly LayerFrontier[] =>
      this.#workload.classes.map((_layer, layerClass) =>
        this.#frontier(modelAtSpeed(model, speed), genes, key, layerClass, residual, cut, how)
      )
    const frontiers = frontiersAt(1, isExact ? { only: 'time' } : {})
    if (frontiers.some(({ labels }) => labels.length === 0)) return { solution: undefined, exact: true }
    const speeds = stageSpeeds(this.#machine, framedGenes(this.#machine, genes))
    const frame = this.#frame(model, genes, residual)
    const constant =
      fillTransfers_s(frame) +
      frame.tiedSync_s +
      frame.iterationOverhead_s +
      work_s(this.#goal, { matrixFlops: 0, memoryTraffic_B: 0, linkTraffic_B: frame.linkTraffic_B })

    const fastest_s = this.#workload.classes.reduce(
      (least_s, { hasAttention }, index) =>
        hasAttention
          ? frontiers[index]!.labels.reduce((least, { costs }) => Math.min(least, costs[TIME_S]!), least_s)
          : least_s,
      Infinity
    )
    const known = new Map<number, readonly LayerFrontier[]>()
    const ownFrontiers = (stage: number): readonly LayerFrontier[] => {
      if (!isExact) return speeds ? frontiersAt(speeds[stage]!) : frontiers
      let own = known.get(stage)
      if (!own) {
        const projection = stageProjection({
          frame,
          stage,
          inFlight: microBatchesInFlight(genes.schedule, stage, genes.stages, genes.microBatches),
          delayed: delayedMicroBatches(genes.schedule, stage, genes.microBatches),
          least_s: lengths.least * fastest_s,
          countsWork: this.#goal !== undefined
        })
        known.set(stage, (own = frontiersAt(speeds?.[stage] ?? 1, { projection })))
      }
      return own
    }
    const choices = new Map<string, readonly StageChoice[]>()
    const options = (stage: number, from: number, to: number): readonly StageChoice[] => {
      const runs = stageRuns(this.#workload, genes, stage, from, to)
      const name = `${stage}:${runs.map(({ layerClass, layers }) => `${layerClass}x${layers}`).join('+')}`
      let known = choices.get(name)
      if (!known) {
        const own = ownFrontiers(stage)
        const layerRuns: ClassRun[] = runs.map(({ layerClass, layers }) => ({
          labels: own[layerClass]!.labels,
          layers
        }))
        known = stageChoices(
          frame,
          stage,
          genes.stages,
          layerRuns,
          this.#machine.capacity_B,
          isExact,
          this.#goal !== undefined,
          ceiling - constant
        )
        choices.set(name, known)
      }
      return known
    }
    const stack = this.#workload.model.layers
    // A slow stage gets fewer layers by as much as it is slow.
    const slack = speeds ? Math.ceil((1 - Math.min(...speeds)) * (stack / genes.stages)) : 0
    let lengths = stageLengths(genes, stack, this.#space, this.#effort.unevenness + slack)
    const exact = this.#effort.unevenness === Infinity && (isExact || frontiers.every(({ complete }) => complete))
    if (isExact) lengths = shortEnough(lengths, genes, stack, frame.microBatches * fastest_s, ceiling - constant)
    if (lengths.least * genes.stages > stack || lengths.most * genes.stages < stack)
      return { solution: undefined, exact }
    const partition = bestStagePartition(
      genes.stages,
      stack,
      options as (s: number, f: number, t: number) => readonly StageOption[],
      lengths,
      ceiling - constant
    )
    if (!partition) return { solution: undefined, exact }
    const stages = partition.stages.map(({ from, to, option }, stage) =>
      options(stage, from, to)[option]!.runs.map((runs) =>
        runs.map(({ label, layers }) => ({ plan: label.plan, layers }))
      )
    )
    return { solution: { cost_s: partition.cost + constant, genes, model, stages }, exact }
  }

  #frontier(
    model: CostModel,
    genes: OuterGenes,
    key: string,
    layerClass: number,
    residual: number,
    cut: string | undefined,
    { only, projection }: FrontierUse
  ): LayerFrontier {
    const layerName = this.#workload.classes[layerClass]!.name
    const allows = cut === undefined ? undefined : tableFilter(model, layerName, cut)
    const { speed = 1 } = model.context
    const splits = splitsBackward(genes.schedule)
    const logitsHeld = logitsInFlight(genes.schedule, genes.microBatches)
    const name = `${key}c${layerClass}a${genes.recompute}r${residual}t${allows ? cut : ''}l${logitsHeld}s${speed}${splits ? 'w' : ''}${only ?? ''}`
    // What suits one stage of one combination is not looked for again.
    let known = projection ? undefined : this.#frontiers.get(name)
    if (!known) {
      const isLayer = this.#workload.classes[layerClass]!.hasAttention
      const limit = isLayer ? this.#effort.frontier : Math.min(6, this.#effort.frontier === Infinity ? Infinity : 6)
      known = layerFrontier({
        model,
        layerClass,
        residual,
        space: this.#space,
        recompute: genes.recompute,
        limit,
        logitsHeld,
        splits,
        ...(only && { only }),
        ...(projection && { projection }),
        price: this.#goal && {
          goal: this.#goal,
          dies: genes.shape.region.rows * genes.shape.region.columns * genes.replicas,
          microBatches: genes.microBatches,
          timeWeight: (genes.microBatches + genes.stages - 1) / genes.stages
        },
        ...(allows && { allows })
      })
      if (!projection) this.#frontiers.set(name, known)
    }
    return known
  }

  #frame(model: CostModel, genes: OuterGenes, residual: number): StepFrame {
    return frameOf(
      model,
      { ...framedGenes(this.#machine, genes) },
      Array.from({ length: genes.stages - 1 }, () => residual)
    )
  }
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
    /** Goes on where a search with the same inputs stood. */
    readonly resume?: SearchState
  } = {}
): SearchResult {
  const space = options.space ?? MappingSpace.parse({})
  const effort = options.effort ?? THOROUGH
  const { goal } = options
  const search = new MappingSearch(workload, machine, space, effort, goal)
  const candidates = new Candidates(workload, machine, space, goal)
  const { resume } = options
  const first = resume || effort.frontier < Infinity ? undefined : thoroughFirst(workload, machine, options)
  const start = resume ?? first
  let best = start?.best
  let best_s = best?.cost_s ?? options.incumbent_s ?? Infinity
  let trail = start?.trail ?? []
  let open_s = resume?.open_s ?? Infinity
  let solved = 0
  const first_s = candidates.least_s
  const most = Math.min(effort.combinations, candidates.total)
  for (; solved < (resume?.solved ?? 0); solved++) candidates.take()
  const state = (): SearchState => ({ solved, best, trail, open_s: open_s === Infinity ? null : open_s })
  while (!first?.stopped && solved < effort.combinations && candidates.least_s < best_s) {
    const { genes, residual, leastCost_s } = candidates.take()!
    for (const variant of variantsOf(genes, space)) {
      const { solution, exact } = search.solve(variant, residual, best_s)
      if (!exact) open_s = Math.min(open_s, leastCost_s)
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
    const share = Math.min(1, Math.max(solved / most, passed || 0))
    const progress = { solved, total: candidates.total, best_s: fastest_s, lowerBound_s, gap, share, state }
    if (options.onProgress(progress) === false) break
  }
  const rest_s = candidates.least_s
  const leastCost_s = Number.isFinite(best_s) ? Math.min(best_s, open_s, rest_s) : 0
  return {
    best,
    trail,
    lowerBound_s: goal && leastCost_s > 0 ? candidates.leastTime_s : leastCost_s,
    leastCost_s,
    combinations: candidates.total,
    solved,
    exact: open_s >= best_s && rest_s >= best_s
  }
}
