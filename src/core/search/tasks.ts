import type { ChipSpec, WaferChipSpec } from '../chip/chip-spec.ts'
import { diesOfGrid, type DefectMap } from '../chip/defects/defect-map.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { paretoFront } from '../optimization/pareto.ts'
import { policyNamed } from '../policies/policies.ts'
import type { PolicyOutcome } from '../policies/policy.ts'
import { evaluateAt } from '../simulator/evaluate-level.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { machineOf, type Machine } from '../simulator/machine.ts'
import { damagedMachine, hasSlowDies } from '../simulator/machine-defects.ts'
import { buildWorkload } from '../workload/workload.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import { brokenLimit, type ArchitectureSpace } from './architecture-space.ts'
import { NOT_TRIED, type Objective } from './exploration.ts'
import type { ExplorationSpace } from './exploration-space.ts'
import { exploredWafers } from './explored-wafers.ts'
import { membersOf } from './family.ts'
import type { Genome } from './gene.ts'
import { EXACT, QUICK, THOROUGH } from './effort.ts'
import { goalOf } from './goal.ts'
import { warmStart, type KnownMapping } from './known-mappings.ts'
import {
  searchMapping,
  type FoundMapping,
  type SearchProgress,
  type SearchResult,
  type SearchState
} from './mapping-search.ts'
import { keptPoint } from './kept-point.ts'
import { largestWholeWafer, placeableRegions, replaced } from './living-placement.ts'
import { enumerationResult } from './exhaustive.ts'
import { polish } from './polish.ts'
import { priceWafer, type PricedWafer } from './price-wafer.ts'
import { runPolicy } from './run-policy.ts'
import { withinSpace } from './within-space.ts'
import { sampleSpace, type SampleResult } from './sample.ts'
import { designCoordinates } from './wafer-design.ts'
import { withstand, type Withstood } from './withstand.ts'
import { NOTHING_SWEPT, sweepWafers, type SweepResult, type SweptWafers } from './wafer-sweep.ts'

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
export type Task = (
  | { readonly kind: 'policy'; readonly policy: string; /** Of a policy that anneals. */ readonly seed?: number }
  | {
      readonly kind: 'search'
      /** An explored wafer in place of the given one. */
      readonly genome?: Genome
      readonly effort: 'thorough' | 'quick'
      /** Mappings that are good on wafers like it: the search starts from the best of them. */
      readonly warm?: readonly Mapping[]
      /** Only what costs less is wanted, as the search counts it: the sooner the search knows that there is nothing, the sooner it ends. */
      readonly below_s?: number
      /** Searches as though each die had this many times its memory, to learn how much is short. */
      readonly memoryFactor?: number
      /** What is broken, in place of the space's own; null for nothing. */
      readonly defects?: DefectMap | null
    }
  | { readonly kind: 'polish'; readonly mapping: Mapping; readonly seed: number; readonly moves: number }
  /** Mappings on a damaged wafer, each where it is or placed anew, with transfers sharing the links. */
  | { readonly kind: 'assess'; readonly mappings: readonly Mapping[]; readonly defects: DefectMap }
  | { readonly kind: 'screen'; readonly genomes: readonly Genome[] }
  /** Mappings of the space on the given chip, drawn at random, to see whether any fit. */
  | { readonly kind: 'sample'; readonly count: number; readonly seed: number }
  | { readonly kind: 'preview'; readonly genomes: readonly Genome[] }
  /** A mapping on a wafer, as it is and as a quick search from there makes it. */
  | { readonly kind: 'price'; readonly chip: WaferChipSpec; readonly mapping: Mapping }
  /** A mapping on an explored wafer however it turns out, as the space says. */
  | { readonly kind: 'withstand'; readonly chip: WaferChipSpec; readonly mapping: Mapping; readonly seed: number }
  /** What a level says of a mapping on an explored wafer. */
  | {
      readonly kind: 'tell'
      readonly chip: WaferChipSpec
      readonly mapping: Mapping
      readonly level: 'fluid' | 'event'
    }
  /** A share of the wafers of the space, for all workloads, with mappings known to be good. */
  | {
      readonly kind: 'sweep'
      readonly wafers: SweptWafers
      /** Of every workload. */
      readonly pools: readonly (readonly KnownMapping[])[]
      /** Coordinates of wafers that are kept already. */
      readonly incumbents: readonly (readonly number[])[]
    }
) & {
  /** Which of a family it is about; the first unless given. A sweep is about all. */
  readonly workload?: number
}

/** Wafers that break no hard limit, and how many broke which first. */
export interface ScreenResult {
  readonly buildable: readonly Genome[]
  readonly broken: Readonly<Record<string, number>>
}

/** A wafer of the space that none of those looked at beats, with a mapping that was quick to find. */
export interface PreviewedWafer {
  readonly genome: Genome
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

/** What a level says of a mapping, as far as objectives ask. */
export type ToldDesign = Pick<Evaluation, 'feasible' | 'tokensPerSecond' | 'energy_J' | 'power_W'>

export interface TaskResults {
  readonly policy: PolicyOutcome
  readonly search: SearchResult
  readonly polish: FoundMapping
  readonly screen: ScreenResult
  readonly sample: SampleResult
  readonly preview: readonly PreviewedWafer[]
  readonly sweep: SweepResult
  /** Null where the exploration was stopped before. */
  readonly price: PricedWafer | null
  readonly assess: readonly AssessedMapping[]
  /** Null where the exploration was stopped before. */
  readonly withstand: Withstood | null
  /** Likewise. */
  readonly tell: ToldDesign | null
}
export type ResultOf<Kind extends Task['kind']> = TaskResults[Kind]

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
  const chip = task.genome && exploredWafers(frame).template.chip(task.genome)
  const own = chip ? machineFor(frame, chip) : givenMachine(frame, task.defects)
  const { mapping: space } = frame.space
  // How much memory is short need not be known exactly.
  const strategy = task.memoryFactor === undefined ? frame.space.strategy : 'bounded'
  const machine = { ...own, capacity_B: own.capacity_B * (task.memoryFactor ?? 1) }
  const goal = goalOf(frame.objective, machine)
  if (strategy === 'exhaustive') return enumerationResult(workload, machine, space, goal, onProgress)
  const start = chip && task.warm && warmStart(workload, machine, chip, task.warm, goal)
  const incumbent_s = Math.min(start?.cost_s ?? Infinity, task.below_s ?? Infinity)
  const found = searchMapping(workload, machine, {
    space,
    // What is proved is the mapping of the given chip; wafers around it are compared by searches alike.
    effort: strategy === 'exact' && !task.genome ? EXACT : task.effort === 'thorough' ? THOROUGH : QUICK,
    goal,
    incumbent_s,
    // Of the whole wafer beside a damaged one it is asked what no mapping of that beats either.
    anySpeed: hasSlowDies(machine) || (task.defects === null && hasSlowDies(givenMachine(frame))),
    ...(resume && { resume }),
    ...(onProgress && { onProgress })
  })
  return start && !found.best ? { ...found, best: start, trail: [start] } : found
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

function screen(frame: TaskFrame, genomes: readonly Genome[]): ScreenResult {
  const { template } = exploredWafers(frame)
  const buildable: Genome[] = []
  const broken: Record<string, number> = {}
  for (const genome of genomes) {
    const verdict = brokenLimit(template.chip(genome))
    if (verdict) broken[verdict.name] = (broken[verdict.name] ?? 0) + 1
    else buildable.push(genome)
  }
  return { buildable, broken }
}

/** The front of wafers that can be built, with the best of the few mappings that DeepSpeed's rules allow: a first one within a second. */
function preview(frame: TaskFrame, genomes: readonly Genome[]): PreviewedWafer[] {
  const workload = buildWorkload(frame.model, frame.training)
  const policy = policyNamed('deepspeed-z3-checkpoint')
  const { template } = exploredWafers(frame)
  const tried = screen(frame, genomes).buildable.flatMap((genome) => {
    const machine = machineFor(frame, template.chip(genome))
    const { evaluation, failure } = runPolicy(policy, workload, machine)
    if (!evaluation || failure !== undefined) return []
    // What a person left out of the mappings is no answer on any wafer.
    if (!withinSpace(workload, machine, frame.space.mapping)(evaluation.mapping)) return []
    return [{ genome, kept: keptPoint(workload, machine, 'architecture', '', evaluation.mapping, evaluation) }]
  })
  return paretoFront(tried, ({ kept }) => designCoordinates([1])([kept])).map(({ genome, kept: { mapping } }) => ({
    genome,
    mapping
  }))
}

/**
 * What a task gives when the exploration is being stopped before its turn; undefined where a result is needed all the same, which is
 * then as short as the task can make it.
 */
export function emptyResult(task: Task): TaskResults[Task['kind']] | undefined {
  if (task.kind === 'screen') return { buildable: [], broken: {} }
  if (task.kind === 'sweep') return NOTHING_SWEPT
  if (task.kind === 'price' || task.kind === 'withstand' || task.kind === 'tell') return null
  if (task.kind === 'preview' || task.kind === 'assess') return []
  if (task.kind === 'policy') return { evaluation: undefined, evaluations: 0, failure: NOT_TRIED }
  if (task.kind === 'search' && (task.genome !== undefined || task.memoryFactor !== undefined))
    return {
      best: undefined,
      trail: [],
      lowerBound_s: 0,
      leastCost_s: 0,
      anywhere: { time_s: 0, cost_s: 0, offloading_s: 0 },
      combinations: 0,
      solved: 0,
      exact: false
    }
  return undefined
}

/**
 * Runs one task.
 * @param onProgress told by searches how far they have come; false stops them
 * @param resume a state that the search reported before
 * @param goesOn asked by what has no state to tell; false ends it with what it has
 */
export function runTask(
  whole: TaskFrame,
  task: Task,
  onProgress?: (progress: SearchProgress) => boolean | void,
  resume?: SearchState,
  goesOn?: () => boolean
): TaskResults[Task['kind']] {
  const { frame } = membersOf(whole)[task.workload ?? 0]!
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
      return screen(frame, task.genomes)
    case 'sample':
      return sampleSpace(buildWorkload(frame.model, frame.training), givenMachine(frame), frame.space.mapping, task)
    case 'preview':
      return preview(frame, task.genomes)
    case 'price':
      return priceWafer(frame, task.chip, task.mapping, goesOn ?? (() => true))
    case 'withstand':
      return withstand(frame, task.chip, task.mapping, frame.space.robust!, task.seed, goesOn ?? (() => true))
    case 'tell': {
      const workload = buildWorkload(frame.model, frame.training)
      const { feasible, tokensPerSecond, energy_J, power_W } = evaluateAt(
        task.level,
        workload,
        machineFor(frame, task.chip),
        task.mapping
      )
      return { feasible, tokensPerSecond, energy_J, power_W }
    }
    case 'sweep':
      return sweepWafers(frame, exploredWafers(frame).template, task.wafers, task.pools, task.incumbents)
  }
}
