import type { Evaluation } from '../simulator/evaluation.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'

/** Why nothing fits: the limit that binds, the least value that could be reached, both in one unit. */
export interface Infeasibility {
  readonly message: string
  readonly value: number
  readonly limit: number
  readonly unit: string
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`

/**
 * The proof that no mapping whatever fits: parameters, gradients and optimiser state, sharded evenly over all dies (ZeRO 3, Rajbhandari
 * 2020, section 5), exceed a die's memory before any activation is stored. Undefined when the state alone fits.
 */
export function stateShortfall(workload: Workload, machine: Machine): Infeasibility | undefined {
  const { model, training, parameters } = workload
  const value = (training.optimizerBytesPerParameter * parameters) / machine.dies
  const limit = machine.capacity_B
  if (value <= limit) return undefined
  const dies = Math.ceil((value * machine.dies) / limit)
  return {
    message:
      `${model.name} needs ${gigabytes(value)} per die of model state even sharded over all ${machine.dies} dies, ` +
      `${gigabytes(limit)} there are; at least ${dies} such dies would hold it`,
    value,
    limit,
    unit: 'B'
  }
}

/** What the attempt that comes closest lacks; attempts that fit or break no limit of their own say nothing. */
export function closestAttempt(
  attempts: readonly { readonly name: string; readonly evaluation: Evaluation }[]
): Infeasibility | undefined {
  const shortfalls = attempts.flatMap(({ name, evaluation: { violations } }) =>
    violations.map(({ subject, value, limit, unit }) => ({ name, subject, value, limit, unit }))
  )
  // An attempt lacks as much as its worst violation.
  const worst = new Map<string, (typeof shortfalls)[number]>()
  for (const shortfall of shortfalls) {
    const known = worst.get(shortfall.name)
    if (!known || shortfall.value / shortfall.limit > known.value / known.limit) worst.set(shortfall.name, shortfall)
  }
  const closest = [...worst.values()].sort((a, b) => a.value / a.limit - b.value / b.limit)[0]
  if (!closest) return undefined
  const { name, subject, value, limit, unit } = closest
  return {
    message:
      `memory binds: the closest mapping found (${name}) needs ${gigabytes(value)} per die on ${subject}, ` +
      `${gigabytes(value - limit)} more than the ${gigabytes(limit)} there are; ` +
      'use a smaller batch or sequence, more dies or memory, or a wider space',
    value,
    limit,
    unit
  }
}

/** The space leaves no combination of degrees that the model, the batch and the chip allow. */
export const emptySpace = (workload: Workload, machine: Machine): Infeasibility => ({
  message:
    `the space holds 0 legal combinations of region, pipeline, data parallelism and micro-batch for ${workload.model.layers} layers and ` +
    `a global batch of ${workload.training.globalBatch} on ${machine.gridRows} x ${machine.gridColumns} dies, at least 1 is needed; widen the space`,
  value: 0,
  limit: 1,
  unit: 'combinations'
})
