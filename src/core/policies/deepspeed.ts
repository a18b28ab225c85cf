import { divisors } from '../optimization/divisors.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { Strategy, strategyMapping, type StrategyInput } from '../mapping/strategy.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { bestOf, expertDegrees, gridOf, placementOrders, replicasOf, type RulePolicy } from './policy.ts'
import { policyTitles } from './policy-titles.ts'

const MICRO_BATCH = [1, 2, 4, 8, 16]
const TENSOR = [1, 2, 4, 8]

type Setting = StrategyInput & { readonly microBatch: number }

/** Replicas take the dies that tensor and pipeline parallelism leave, as far as the batch has whole micro-batches for them. */
function* mappingsOf(
  workload: Workload,
  machine: Machine,
  { microBatch, ...input }: Setting
): Generator<() => Mapping> {
  const { tensorParallel = 1, pipelineParallel = 1 } = input
  const sequences = Math.floor(workload.training.globalBatch / microBatch)
  const rows = divisors(tensorParallel).find(
    (r) => machine.gridRows === 1 || (r <= machine.gridRows && tensorParallel / r <= machine.gridColumns)
  )
  if (rows === undefined) return
  const dataParallel = replicasOf(machine, { rows, columns: tensorParallel / rows }, pipelineParallel, sequences)
  for (const order of placementOrders(machine, dataParallel, pipelineParallel))
    for (const expertParallel of expertDegrees(workload, dataParallel))
      yield () =>
        strategyMapping(
          workload,
          gridOf(machine),
          machine.dies,
          Strategy.parse({ ...input, dataParallel, expertParallel }),
          {
            microBatch,
            ...(machine.gridRows > 1 && { tensorRows: rows, order })
          }
        )
}

/** ZeRO over as many dies as the batch has whole micro-batches for: attempts over levels, checkpointing and micro-batch. */
const sharded = (
  workload: Workload,
  machine: Machine,
  zeroLevels: readonly (1 | 2 | 3)[],
  recompute: readonly ('none' | 'full')[]
): (() => Mapping)[] =>
  zeroLevels.flatMap((zeroStage) =>
    recompute.flatMap((again) =>
      MICRO_BATCH.flatMap((microBatch) => [
        ...mappingsOf(workload, machine, { zeroStage, recompute: again, microBatch })
      ])
    )
  )

function* threeDimensional(workload: Workload, machine: Machine): Generator<() => Mapping> {
  for (const tensorParallel of TENSOR)
    for (const pipelineParallel of divisors(workload.model.layers)) {
      if (tensorParallel * pipelineParallel > machine.dies) continue
      for (const microBatch of MICRO_BATCH)
        for (const recompute of ['none', 'full'] as const)
          yield* mappingsOf(workload, machine, {
            tensorParallel,
            pipelineParallel,
            zeroStage: 1,
            recompute,
            microBatch
          })
    }
}

const SOURCE = 'Rajbhandari et al., SC 2020 (arXiv 1910.02054); DeepSpeed documentation'

export const deepspeedPolicies: readonly RulePolicy[] = [
  {
    name: 'deepspeed-z3',
    title: policyTitles['deepspeed-z3'],
    family: 'DeepSpeed',
    kind: 'published',
    rules:
      'parameters, gradients and optimiser sharded over all dies, gathered layer by layer with prefetch; activations kept; best micro-batch',
    source: SOURCE,
    run: (workload, machine) => bestOf(workload, machine, sharded(workload, machine, [3], ['none']))
  },
  {
    name: 'deepspeed-z3-checkpoint',
    title: policyTitles['deepspeed-z3-checkpoint'],
    family: 'DeepSpeed',
    kind: 'published',
    rules: 'as deepspeed-z3, every layer recomputed',
    source: SOURCE,
    run: (workload, machine) => bestOf(workload, machine, sharded(workload, machine, [3], ['full']))
  },
  {
    name: 'deepspeed-tuned',
    title: policyTitles['deepspeed-tuned'],
    family: 'DeepSpeed',
    kind: 'tuned',
    rules: 'the best of ZeRO 1, 2, 3, checkpointing on or off, micro-batch 1-16',
    source: SOURCE,
    run: (workload, machine) => bestOf(workload, machine, sharded(workload, machine, [1, 2, 3], ['none', 'full']))
  },
  {
    name: 'deepspeed-3d',
    title: policyTitles['deepspeed-3d'],
    family: 'DeepSpeed',
    kind: 'tuned',
    rules:
      'tensor-parallel 1-8, every pipeline that divides the layers, ZeRO-1 data-parallel for the rest, checkpointing on or off (the MT-NLG set-up); the dies of a tensor-parallel group lie side by side, as its topology numbers them, where megatron-tuned tries every rectangle',
    source: `${SOURCE}; Smith et al. (arXiv 2201.11990)`,
    run: (workload, machine) => bestOf(workload, machine, threeDimensional(workload, machine))
  }
]
