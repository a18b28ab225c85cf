import type { Mapping } from '../mapping/mapping.ts'
import type { Grid } from '../mapping/legality.ts'
import { Problem } from '../problem.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { evaluate } from '../simulator/evaluate.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'

/** What a policy made of a workload on a machine. */
export interface PolicyOutcome {
  /** The mapping it settles on; when nothing fits, its attempt that needs least memory. */
  readonly evaluation: Evaluation | undefined
  readonly evaluations: number
  /** Why there is no feasible mapping; undefined when there is one. */
  readonly failure: string | undefined
}

/** How somebody else's system would map a model: rules in, one mapping or "does not fit" out. Scored by the same simulator as ours. */
export interface Policy {
  readonly name: string
  readonly title: string
  readonly family: 'AccPar' | 'DeepSpeed' | 'Megatron'
  /** `published`: the authors' own settings; `tuned`: the best of all their system can do; `extended`: with an addition of ours. */
  readonly kind: 'published' | 'tuned' | 'extended'
  readonly rules: string
  readonly source: string
  readonly run: (workload: Workload, machine: Machine) => PolicyOutcome
}

export const gridOf = (machine: Machine): Grid => ({
  rows: machine.gridRows,
  columns: machine.gridColumns,
  dies: machine.dies
})

/**
 * Evaluates attempts in order and keeps the fastest that fits, or else the one that needs least memory. An attempt that is
 * illegal here (a degree that does not divide, regions that do not fit the grid) is passed over, as the system itself would refuse it.
 */
export function bestOf(workload: Workload, machine: Machine, attempts: Iterable<() => Mapping>): PolicyOutcome {
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
      const evaluation = evaluate(workload, machine, attempt())
      evaluations++
      if (!best || better(evaluation, best)) best = evaluation
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
