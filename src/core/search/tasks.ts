import type { ChipSpec, WaferChipSpec } from '../chip/chip-spec.ts'
import { diesOfGrid, type DefectMap } from '../chip/defects/defect-map.ts'
import { waferCost_usd } from '../chip/cost.ts'
import { waferAreaInUse_mm2 } from '../chip/floorplan.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { paretoFront } from '../optimization/pareto.ts'
import { policyNamed } from '../policies/policies.ts'
import type { PolicyOutcome } from '../policies/policy.ts'
import { Problem } from '../problem.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { evaluateAt } from '../simulator/evaluate-level.ts'
import { machineOf, type Machine } from '../simulator/machine.ts'
import { damagedMachine } from '../simulator/machine-defects.ts'
import { buildWorkload } from '../workload/workload.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import { ArchitectureSpace, brokenLimit, chipWith, genesOf, genome } from './architecture-space.ts'
import { NOT_TRIED, type Objective } from './exploration.ts'
import { evaluatedCost_s, goalOf } from './goal.ts'
import type { ExplorationSpace } from './exploration-space.ts'
import {
  EXACT,
  QUICK,
  searchMapping,
  THOROUGH,
  type FoundMapping,
  type SearchProgress,
  type SearchResult,
  type SearchState
} from './mapping-search.ts'
import { keptCoordinates, keptPoint } from './kept-point.ts'
import { largestWholeWafer, placeableRegions, replaced } from './living-placement.ts'
import { enumerationResult } from './exhaustive.ts'
import { polish } from './polish.ts'
import { runPolicy } from './run-policy.ts'
import { withinSpace } from './within-space.ts'
import { sampleSpace, type SampleResult } from './sample.ts'

/** What all tasks of one exploration share. Plain JSON data. */
export interface TaskFrame {
  readonly model: ModelSpec
  readonly training: TrainingSpec
  readonly chip: ChipSpec
  readonly space: ExplorationSpace
  /** What explored wafers are changed from; undefined for clusters. */
  readonly base: WaferChipSpec | undefined
  /** What every search of the exploration is for. */
  readonly objective: Objective
  /** Genes of the wafer; undefined when the chip is fixed. */
  readonly architecture: ArchitectureSpace | undefined
}

/** A piece of an exploration that one worker does on its own. Same task, same result. Plain JSON data. */
export type Task =
  | { readonly kind: 'policy'; readonly policy: string; /** Of a policy that anneals. */ readonly seed?: number }
  | {
      readonly kind: 'search'
      readonly point?: number
      readonly effort: 'thorough' | 'quick'
      /** Cost already reached by another mapping. */
      readonly incumbent_s?: number
      /** Searches as though each die had this many times its memory, to learn how much is short. */
      readonly memoryFactor?: number
      /** What is broken, in place of the space's own; null for nothing. */
      readonly defects?: DefectMap | null
    }
  | { readonly kind: 'polish'; readonly mapping: Mapping; readonly seed: number; readonly moves: number }
  /** Mappings on a damaged wafer, each where it is or placed anew, with transfers sharing the links. */
  | { readonly kind: 'assess'; readonly mappings: readonly Mapping[]; readonly defects: DefectMap }
  | { readonly kind: 'screen'; readonly points: readonly number[] }
  /** Mappings of the space on the given chip, drawn at random, to see whether any fit. */
  | { readonly kind: 'sample'; readonly count: number; readonly seed: number }
  | { readonly kind: 'preview'; readonly points: readonly number[] }
  | { readonly kind: 'estimate'; readonly points: readonly number[]; readonly pool: readonly Mapping[] }

/** Points that break no hard limit, and how many broke which first. */
export interface ScreenResult {
  readonly buildable: readonly number[]
  readonly broken: Readonly<Record<string, number>>
}

/** A wafer of the space with the best mapping of a pool on it. */
export interface EstimatedPoint {
  readonly point: number
  readonly mapping: number
  readonly tokensPerSecond: number
  /** What the exploration's goal makes of it, on its own wafer. */
  readonly mappingCost_s: number
  readonly energy_J: number
  readonly power_W: number
  readonly cost_usd: number
  readonly area_mm2: number
  readonly peak_B: number
}

/** A wafer of the space that none of those looked at beats, with a mapping that was quick to find. */
export interface PreviewedPoint {
  readonly point: number
  readonly mapping: Mapping
}

/** What a mapping reaches on a damaged wafer. */
export interface AssessedMapping {
  /** 0 where it does not work. */
  readonly tokensPerSecond: number
  /** Placed otherwise than on the whole wafer. */
  readonly moved: boolean
  /** Where there is no place for it: how many of its regions fit on what lives. */
  readonly room?: number
}

export interface TaskResults {
  readonly policy: PolicyOutcome
  readonly search: SearchResult
  readonly polish: FoundMapping
  readonly screen: ScreenResult
  readonly sample: SampleResult
  readonly preview: readonly PreviewedPoint[]
  readonly estimate: readonly EstimatedPoint[]
  readonly assess: readonly AssessedMapping[]
}
export type ResultOf<Kind extends Task['kind']> = TaskResults[Kind]

/** The wafer that a point of the frame's architecture space stands for. */
export function chipOfPoint(frame: TaskFrame, point: number): WaferChipSpec {
  const base = frame.base!
  const space = frame.architecture!
  const genes = genesOf(space, base)
  return chipWith(base, genes, genome(genes, point), space.resizeDie)
}

const machineFor = (frame: TaskFrame, chip: ChipSpec) => machineOf(chip, frame.space.overlap)

/** The given chip with what is broken on it. @param defects in place of the space's own; null for nothing */
function givenMachine(frame: TaskFrame, defects: DefectMap | null | undefined = frame.space.defects): Machine {
  const machine = machineFor(frame, frame.chip)
  return defects ? damagedMachine(machine, defects) : machine
}

function search(
  frame: TaskFrame,
  task: Extract<Task, { kind: 'search' }>,
  onProgress: ((progress: SearchProgress) => boolean | void) | undefined,
  resume: SearchState | undefined
): SearchResult {
  const workload = buildWorkload(frame.model, frame.training)
  const own =
    task.point === undefined ? givenMachine(frame, task.defects) : machineFor(frame, chipOfPoint(frame, task.point))
  const { mapping: space } = frame.space
  // How much memory is short need not be known exactly.
  const strategy = task.memoryFactor === undefined ? frame.space.strategy : 'bounded'
  const machine = { ...own, capacity_B: own.capacity_B * (task.memoryFactor ?? 1) }
  const goal = goalOf(frame.objective, machine)
  if (strategy === 'exhaustive') return enumerationResult(workload, machine, space, goal, onProgress)
  return searchMapping(workload, machine, {
    space,
    effort: strategy === 'exact' ? EXACT : task.effort === 'thorough' ? THOROUGH : QUICK,
    goal,
    ...(task.incumbent_s !== undefined && { incumbent_s: task.incumbent_s }),
    ...(resume && { resume }),
    ...(onProgress && { onProgress })
  })
}

/** A policy knows nothing of defects: on a damaged wafer it has the largest rectangle of dies that can be used. */
function compare(
  frame: TaskFrame,
  { policy: name, seed }: Extract<Task, { kind: 'policy' }>,
  goesOn: (() => boolean) | undefined
): PolicyOutcome {
  const workload = buildWorkload(frame.model, frame.training)
  const policy = policyNamed(name)
  const run = (machine: Machine): PolicyOutcome =>
    runPolicy(policy, workload, machine, { goal: goalOf(frame.objective, machine), seed, goesOn })
  const machine = givenMachine(frame)
  const rectangle = largestWholeWafer(machine)
  if (!rectangle) return run(machine)
  const outcome = run(machineFor(frame, rectangle.chip))
  if (!outcome.evaluation) return outcome
  const mapping = rectangle.onWafer(outcome.evaluation.mapping)
  return { ...outcome, evaluation: { ...outcome.evaluation, mapping } }
}

/** Mappings of the whole wafer on a damaged one. */
function assess(frame: TaskFrame, mappings: readonly Mapping[], defects: DefectMap): AssessedMapping[] {
  if (defects.deadDies.length === diesOfGrid(defects.grid))
    return mappings.map(() => ({ tokensPerSecond: 0, moved: false, room: 0 }))
  const workload = buildWorkload(frame.model, frame.training)
  const machine = givenMachine(frame, defects)
  return mappings.map((mapping) => {
    const placed = replaced(machine, mapping)
    if (!placed) return { tokensPerSecond: 0, moved: false, room: placeableRegions(machine, mapping.region) }
    const { feasible, tokensPerSecond } = evaluateAt('fluid', workload, machine, placed)
    return { tokensPerSecond: feasible ? tokensPerSecond : 0, moved: placed !== mapping }
  })
}

function screen(frame: TaskFrame, points: readonly number[]): ScreenResult {
  const buildable: number[] = []
  const broken: Record<string, number> = {}
  for (const point of points) {
    const verdict = brokenLimit(chipOfPoint(frame, point))
    if (verdict) broken[verdict.name] = (broken[verdict.name] ?? 0) + 1
    else buildable.push(point)
  }
  return { buildable, broken }
}

/** The front of wafers that can be built, with the best of the few mappings that DeepSpeed's rules allow: a first one within a second. */
function preview(frame: TaskFrame, points: readonly number[]): PreviewedPoint[] {
  const workload = buildWorkload(frame.model, frame.training)
  const policy = policyNamed('deepspeed-z3-checkpoint')
  const tried = screen(frame, points).buildable.flatMap((point) => {
    const machine = machineFor(frame, chipOfPoint(frame, point))
    const { evaluation, failure } = runPolicy(policy, workload, machine)
    if (!evaluation || failure !== undefined) return []
    return [{ point, kept: keptPoint(workload, machine, 'architecture', '', evaluation.mapping, evaluation) }]
  })
  return paretoFront(tried, ({ kept }) => keptCoordinates(kept)).map(({ point, kept: { mapping } }) => ({
    point,
    mapping
  }))
}

/** The best mapping of the pool on each wafer; wafers on which none fits are left out. */
function estimate(frame: TaskFrame, points: readonly number[], pool: readonly Mapping[]): EstimatedPoint[] {
  const workload = buildWorkload(frame.model, frame.training)
  return points.flatMap((point) => {
    const chip = chipOfPoint(frame, point)
    const machine = machineFor(frame, chip)
    const goal = goalOf(frame.objective, machine)
    let best: { evaluation: Evaluation; cost_s: number; mapping: number } | undefined
    for (const [mapping, candidate] of pool.entries()) {
      try {
        const evaluation = evaluate(workload, machine, candidate)
        const cost_s = evaluatedCost_s(goal, evaluation)
        if (evaluation.feasible && (!best || cost_s < best.cost_s)) best = { evaluation, cost_s, mapping }
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
    }
    if (!best) return []
    return [
      {
        point,
        mapping: best.mapping,
        tokensPerSecond: best.evaluation.tokensPerSecond,
        mappingCost_s: best.cost_s,
        energy_J: best.evaluation.energy_J.high,
        power_W: best.evaluation.power_W.high,
        cost_usd: waferCost_usd(chip),
        area_mm2: waferAreaInUse_mm2(chip),
        peak_B: best.evaluation.memory_B.peak
      }
    ]
  })
}

/**
 * What a task gives when the exploration is being stopped before its turn; undefined where a result is needed all the same, which is
 * then as short as the task can make it.
 */
export function emptyResult(task: Task): TaskResults[Task['kind']] | undefined {
  if (task.kind === 'screen') return { buildable: [], broken: {} }
  if (task.kind === 'estimate' || task.kind === 'preview' || task.kind === 'assess') return []
  if (task.kind === 'policy') return { evaluation: undefined, evaluations: 0, failure: NOT_TRIED }
  if (task.kind === 'search' && (task.point !== undefined || task.memoryFactor !== undefined))
    return { best: undefined, trail: [], lowerBound_s: 0, leastCost_s: 0, combinations: 0, solved: 0, exact: false }
  return undefined
}

/**
 * Runs one task.
 * @param onProgress told by searches how far they have come; false stops them
 * @param resume a state that the search reported before
 * @param goesOn asked by what has no state to tell; false ends it with what it has
 */
export function runTask(
  frame: TaskFrame,
  task: Task,
  onProgress?: (progress: SearchProgress) => boolean | void,
  resume?: SearchState,
  goesOn?: () => boolean
): TaskResults[Task['kind']] {
  switch (task.kind) {
    case 'policy':
      return compare(frame, task, goesOn)
    case 'search':
      return search(frame, task, onProgress, resume)
    case 'polish': {
      const machine = givenMachine(frame)
      const workload = buildWorkload(frame.model, frame.training)
      const goal = goalOf(frame.objective, machine)
      const within = withinSpace(workload, machine, frame.space.mapping)
      // A start from outside, a policy's, has the whole gene string.
      const stays = within(task.mapping) && { within }
      return polish(workload, machine, task.mapping, task.seed, task.moves, { goal, goesOn, ...stays })
    }
    case 'assess':
      return assess(frame, task.mappings, task.defects)
    case 'screen':
      return screen(frame, task.points)
    case 'sample':
      return sampleSpace(buildWorkload(frame.model, frame.training), givenMachine(frame), frame.space.mapping, task)
    case 'preview':
      return preview(frame, task.points)
    case 'estimate':
      return estimate(frame, task.points, task.pool)
  }
}
