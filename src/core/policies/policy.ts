import { divisors } from '../optimization/divisors.ts'
import type { Mapping, Region } from '../mapping/mapping.ts'
import type { MappingSpaceInput } from '../mapping/mapping-space.ts'
import { tileCount, type PlacementOrder } from '../mapping/placement.ts'
import type { Grid } from '../mapping/legality.ts'
import { Problem } from '../problem.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { CostModels } from '../simulator/cost-models.ts'
import { designOf, fillStages, type Design } from '../simulator/design.ts'
import { evaluateDesign } from '../simulator/evaluate.ts'
import type { Machine } from '../simulator/machine.ts'
import { PEAK_B, STEP_COLUMNS, TIME_S, simulateStep } from '../simulator/pipeline.ts'
import { PLAN_COLUMNS } from '../simulator/plan-cost.ts'
import type { Workload } from '../workload/workload.ts'

/** What a policy made of a workload on a machine. */
export interface PolicyOutcome {
  /** The mapping it settles on; when nothing fits, its attempt that needs least memory. */
  readonly evaluation: Evaluation | undefined
  readonly evaluations: number
  /** Why there is no feasible mapping; undefined when there is one. */
  readonly failure: string | undefined
  /** Combinations of outer genes that a search solved; undefined where rules decide. */
  readonly combinations?: number
}

interface PolicyFacts {
  readonly name: string
  readonly title: string
  /** What it does, and where ours differs from its authors'. */
  readonly rules: string
  readonly source: string
}

/** How somebody else's system would map a model: rules in, one mapping or "does not fit" out. Scored by the same simulator as ours. */
export interface RulePolicy extends PolicyFacts {
  readonly family: 'AccPar' | 'DeepSpeed' | 'Megatron'
  /** `published`: the authors' own settings; `tuned`: the best of all their system can do; `extended`: with an addition of ours. */
  readonly kind: 'published' | 'tuned' | 'extended'
  readonly run: (workload: Workload, machine: Machine) => PolicyOutcome
}

/**
 * A system that searches, too: the part of our space that it chooses from, searched by our own programmes at our own effort. What its
 * authors' search would find there is no better, but for what thinning leaves out of both.
 */
export interface SpacePolicy extends PolicyFacts {
  readonly family: 'Alpa' | 'Galvatron' | 'Cerebras' | 'WATOS' | 'TEMP'
  readonly kind: 'reimplemented'
  /** Undefined where the system can do nothing with the model on this machine. */
  readonly space: (workload: Workload, machine: Machine) => MappingSpaceInput | undefined
}

export type Policy = RulePolicy | SpacePolicy

export const gridOf = (machine: Machine): Grid => ({
  rows: machine.gridRows,
  columns: machine.gridColumns,
  dies: machine.dies
})

/** Relative distance at which two sums of the same numbers in another order are surely different. */
const SURELY = 1e-9

/** Whether a design is surely no better than the best so far: seen from time and peak alone, before a whole evaluation is written. */
function surelyNoBetter(design: Design, machine: Machine, best: Evaluation): boolean {
  const count = design.stages.length
  const stages = new Float64Array(count * PLAN_COLUMNS)
  const step = new Float64Array(STEP_COLUMNS)
  fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
  simulateStep(design.frame, stages, count, step)
  const tooLarge = step[PEAK_B]! > machine.capacity_B * (1 + SURELY)
  return best.feasible
    ? tooLarge || step[TIME_S]! > best.iterationTime_s * (1 + SURELY)
    : tooLarge && step[PEAK_B]! > best.memory_B.peak * (1 + SURELY)
}

/**
 * Evaluates attempts in order and keeps the fastest that fits, or else the one that needs least memory. An attempt that is
 * illegal here (a degree that does not divide, regions that do not fit the grid) is passed over, as the system itself would refuse it.
 */
export function bestOf(workload: Workload, machine: Machine, attempts: Iterable<() => Mapping>): PolicyOutcome {
  // Settings differ in what is recomputed, cut or interleaved more often than in what their costs are made from.
  const models = new CostModels(workload, machine)
  let best: Evaluation | undefined
  let evaluations = 0
  let refusal = 'the model and the chip leave no legal setting'
  const better = (one: Evaluation, other: Evaluation): boolean =>
    one.feasible === other.feasible
      ? one.feasible
        ? one.iterationTime_s < other.iterationTime_s
        : one.memory_B.peak < other.memory_B.peak
      : one.feasible
  for (const attempt of attempts) {
    try {
      const mapping = attempt()
      const design = designOf(workload, machine, mapping, { models })
      const passed = best !== undefined && surelyNoBetter(design, machine, best)
      const evaluation = passed ? undefined : evaluateDesign(workload, machine, design, mapping)
      evaluations++
      if (evaluation && (!best || better(evaluation, best))) best = evaluation
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      refusal = error.message
    }
  }
  const failure =
    best === undefined ? refusal : best.feasible ? undefined : `out of memory: ${best.violations[0]!.message}`
  return { evaluation: best, evaluations, failure }
}

/** The largest number of replicas not above `most` that the batch divides into. */
export function largestReplicas(sequences: number, most: number): number {
  for (let replicas = Math.min(most, sequences); replicas > 1; replicas--)
    if (sequences % replicas === 0) return replicas
  return 1
}

/** Degrees of expert parallelism that replicas and experts allow: 1 for dense models. */
export const expertDegrees = ({ model }: Workload, replicas: number): readonly number[] =>
  divisors(replicas).filter((degree) => (model.moe?.experts ?? 1) % degree === 0)

/** Orders in which replicas and stages may be laid on a mesh, where there is a choice; a cluster's rank order is fixed. */
export const placementOrders = (machine: Machine, replicas: number, stages: number): readonly PlacementOrder[] =>
  machine.gridRows > 1 && replicas > 1 && stages > 1 ? ['replica-first', 'pipeline-first'] : ['pipeline-first']

/** Replicas of a pipeline of `stages` regions: as many as the grid has room for and the batch allows. */
export function replicasOf(machine: Machine, region: Region, stages: number, sequences: number): number {
  const tiles = Math.min(
    tileCount(machine.gridRows, machine.gridColumns, region),
    Math.floor(machine.dies / (region.rows * region.columns))
  )
  return largestReplicas(sequences, Math.floor(tiles / stages))
}
