import { policyTitle } from '../policies/policy-titles.ts'
import type { Verdict } from '../chip/verdict.ts'
import { formatCount } from '../format/format-number.ts'
import { formatBytes_B, formatIn } from '../format/format-quantity.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { evaluate } from '../simulator/evaluate.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { FailedPolicy } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { outerGenesOf, shapesOf } from './outer-genes.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'

/** Why there is no design: the limit that binds and the least value that was reached, both in one unit. */
export interface Infeasibility {
  /** Name of the limit, as 'memory', 'power' or 'cost'. */
  readonly name: string
  readonly message: string
  readonly value: number
  readonly limit: number
  readonly unit: string
}

/** A mapping that does not fit, and whose it is. */
interface Attempt {
  readonly name: string
  readonly evaluation: Evaluation
}

/**
 * The proof that no mapping whatever fits: parameters, gradients and optimiser state, sharded evenly over all dies (ZeRO 3, Rajbhandari
 * 2020, section 5), exceed a die's memory before any activation is stored. Undefined when the state alone fits. Bytes per die.
 */
export function stateShortfall(workload: Workload, machine: Machine): Infeasibility | undefined {
  const { model, training, parameters } = workload
  const state_B = training.optimizerBytesPerParameter * parameters
  const value = state_B / machine.dies
  const limit = machine.capacity_B
  if (value <= limit) return undefined
  return {
    name: 'memory',
    message:
      `${model.name} needs ${formatBytes_B(value)} per die of model state even sharded over all ${formatCount(machine.dies)} dies, ` +
      `${formatBytes_B(limit)} there are; ${formatCount(Math.ceil(state_B / limit))} such dies would hold the state alone`,
    value,
    limit,
    unit: 'B'
  }
}

/** A space that leaves no combination of degrees which the model, the batch and the chip allow. */
export function emptySpace(workload: Workload, machine: Machine, space: MappingSpace): Infeasibility | undefined {
  const isEmpty = shapesOf(workload, machine, space).every(
    (shape) => outerGenesOf(workload, machine, shape, space).length === 0
  )
  if (!isEmpty) return undefined
  return {
    name: 'space',
    message:
      `the space holds no legal combination of region, pipeline, data parallelism and micro-batch for ${workload.model.layers} layers and ` +
      `a global batch of ${formatCount(workload.training.globalBatch)} on ${machine.gridRows} x ${machine.gridColumns} dies; widen it`,
    value: 0,
    limit: 1,
    unit: 'combinations'
  }
}

/** What the attempt that comes closest lacks. */
function closestAttempt(attempts: readonly Attempt[]): Infeasibility | undefined {
  const shortfall = ({ evaluation: { memory_B } }: Attempt): number => memory_B.peak / memory_B.capacity
  const closest = attempts.reduce<Attempt | undefined>(
    (best, attempt) => (!best || shortfall(attempt) < shortfall(best) ? attempt : best),
    undefined
  )
  if (!closest) return undefined
  const { peak, capacity } = closest.evaluation.memory_B
  return {
    name: 'memory',
    message:
      `the memory of a die binds: the closest mapping found (${closest.name}) needs ${formatBytes_B(peak)} per die, ` +
      `${formatBytes_B(peak - capacity)} more than the ${formatBytes_B(capacity)} there are; ` +
      'give it more dies, more memory per die, a smaller batch or sequence, or a wider space',
    value: peak,
    limit: capacity,
    unit: 'B'
  }
}

/**
 * A stated budget that the given chip breaks, where no explored wafer is within it either.
 * @param looked wafers that were looked at around the chip
 */
export function overBudget(
  chip: string,
  { name, value, limit, unit, message, fix }: Verdict,
  looked: number
): Infeasibility {
  const around = looked > 0 ? `, and none of ${formatCount(looked)} wafers around it is within every limit` : ''
  return {
    name,
    message:
      `${chip} breaks the limit '${name}' by ${formatIn(value - limit!, unit)}${around}: ${message}; ` +
      `${fix}; or raise the limit`,
    value,
    limit: limit!,
    unit
  }
}

/** Memories, in multiples of a die's own, for which a mapping is looked for when none fits. */
export const ROOMIER = [1.2, 1.5, 2, 3, 5, 10, 100, 1000]

/**
 * What stands in the way when no mapping fits: proved where it can be, else by how much the mapping that comes closest misses. Undefined
 * when nothing was tried, as in an exploration that was stopped at once.
 */
export async function explainInfeasibility(
  workload: Workload,
  machine: Machine,
  space: MappingSpace,
  failedPolicies: readonly FailedPolicy[],
  host: ExplorationHost
): Promise<Infeasibility | undefined> {
  const proved = stateShortfall(workload, machine) ?? emptySpace(workload, machine, space)
  if (proved) return proved
  const roomier = await host.run<'search'>(
    ROOMIER.map((memoryFactor) => ({ kind: 'search', effort: 'quick', memoryFactor }))
  )
  const ours = roomier.flatMap(({ trail }) => trail.map(({ mapping }) => evaluate(workload, machine, mapping)))
  return closestAttempt([
    ...ours.map((evaluation) => ({ name: 'search', evaluation })),
    ...failedPolicies.flatMap(({ policy, evaluation }) =>
      evaluation ? [{ name: policyTitle(policy), evaluation }] : []
    )
  ])
}
