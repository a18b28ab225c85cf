import { Strategy, strategyMapping, type StrategyInput } from '../mapping/strategy.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { bestOf, gridOf, largestReplicas, type Policy, type PolicyOutcome } from './policy.ts'

/** Tensor-parallel degrees up to the fast domain, and micro-batches, that Megatron's authors consider (2104.04473 sections 3 and 5). */
const TENSOR = [1, 2, 4, 8]
const MICRO_BATCH = [1, 2, 4, 8]

const divisors = (value: number): readonly number[] =>
  Array.from({ length: value }, (_, index) => index + 1).filter((divisor) => value % divisor === 0)

type Setting = StrategyInput & { readonly microBatch: number; readonly tensorRows: number }

/** Replicas of a model that takes so many dies: as many as the dies that are there and the batch allow. */
const replicasFor = (machine: Machine, perReplica: number, sequences: number): number =>
  largestReplicas(sequences, Math.floor(machine.dies / perReplica))

/** The mapping of a setting; data-parallel takes what is left, as far as the batch divides. */
function mappingOf(workload: Workload, machine: Machine, { microBatch, tensorRows, ...input }: Setting): Mapping {
  const perReplica = (input.tensorParallel ?? 1) * (input.pipelineParallel ?? 1)
  const sequences = Math.floor(workload.training.globalBatch / microBatch)
  const dataParallel = replicasFor(machine, perReplica, sequences)
  const strategy = Strategy.parse({ ...input, dataParallel })
  return strategyMapping(workload, gridOf(machine), machine.dies, strategy, {
    microBatch,
    ...(machine.gridRows > 1 && { tensorRows })
  })
}

/** Tensor-parallel to the fast domain first, then the shortest pipeline that fits, data-parallel for the rest; micro-batch by time. */
function byTheRules(
  workload: Workload,
  machine: Machine,
  fixed: StrategyInput,
  chunks: (perStage: number) => readonly number[]
): PolicyOutcome {
  let evaluations = 0
  let last: PolicyOutcome | undefined
  const tensorParallel = TENSOR.filter((t) => workload.model.heads % t === 0 && t <= machine.dies).at(-1)!
  const pipelines = divisors(workload.model.layers).filter((p) => p * tensorParallel <= machine.dies)
  for (const pipelineParallel of pipelines) {
    const virtual = pipelineParallel > 1 ? chunks(workload.model.layers / pipelineParallel) : [1]
    const outcome = bestOf(
      workload,
      machine,
      MICRO_BATCH.flatMap((microBatch) =>
        virtual.map(
          (virtualStages) => () =>
            mappingOf(workload, machine, {
              ...fixed,
              tensorParallel,
              pipelineParallel,
              virtualStages,
              microBatch,
              tensorRows: 1
            })
        )
      )
    )
    evaluations += outcome.evaluations
    if (outcome.failure === undefined) return { ...outcome, evaluations }
    if (outcome.evaluation && (!last?.evaluation || outcome.evaluation.memory_B.peak < last.evaluation.memory_B.peak))
      last = outcome
    last ??= outcome
  }
  return { ...last!, evaluations }
}

/** Every setting but those that are refused (interleaving whose micro-batches the stages do not divide) or equal one before them. */
function* everySetting(workload: Workload, machine: Machine, zeroLevels: readonly (0 | 1)[]): Generator<() => Mapping> {
  // Only unfused attention keeps the scores that selective recomputation drops.
  const recomputations =
    workload.training.attention === 'standard' ? (['none', 'selective', 'full'] as const) : (['none', 'full'] as const)
  for (const tensorParallel of TENSOR)
    for (const pipelineParallel of divisors(workload.model.layers)) {
      if (tensorParallel * pipelineParallel > machine.dies) continue
      const perStage = workload.model.layers / pipelineParallel
      for (const virtualStages of pipelineParallel > 1 ? divisors(perStage) : [1])
        for (const microBatch of MICRO_BATCH) {
          const sequences = Math.floor(workload.training.globalBatch / microBatch)
          const replicas = replicasFor(machine, tensorParallel * pipelineParallel, sequences)
          if (virtualStages > 1 && (sequences / replicas) % pipelineParallel !== 0) continue
          for (const tensorRows of machine.gridRows > 1 ? divisors(tensorParallel).slice(0, 2) : [1])
            for (const sequenceParallel of tensorParallel > 1 ? [false, true] : [false])
              for (const recompute of recomputations)
                // One replica has nobody to share its optimiser with.
                for (const zeroStage of replicas > 1 ? zeroLevels : zeroLevels.slice(0, 1))
                  yield () =>
                    mappingOf(workload, machine, {
                      tensorParallel,
                      pipelineParallel,
                      virtualStages,
                      sequenceParallel,
                      recompute,
                      zeroStage,
                      microBatch,
                      tensorRows
                    })
        }
    }
}

const SOURCE = 'Narayanan et al., SC 2021 (arXiv 2104.04473); Korthikanti et al., MLSys 2023 (arXiv 2205.05198)'

export const megatronPolicies: readonly Policy[] = [
  {
    name: 'megatron-full',
    title: 'Megatron, full recomputation',
    family: 'Megatron',
    kind: 'published',
    rules:
      'tensor-parallel 8 in a row of dies, the shortest pipeline that fits, data-parallel for the rest, 1F1B, every layer recomputed',
    source: SOURCE,
    run: (workload, machine) => byTheRules(workload, machine, { recompute: 'full' }, () => [1])
  },
  {
    name: 'megatron-2022',
    title: 'Megatron 2022, selective recomputation and sequence parallelism',
    family: 'Megatron',
    kind: 'published',
    rules: 'as megatron-full, with sequence parallelism, the attention core recomputed, and the best interleaving',
    source: SOURCE,
    run: (workload, machine) =>
      byTheRules(workload, machine, { recompute: 'selective', sequenceParallel: true }, divisors)
  },
  {
    name: 'megatron-tuned',
    title: 'Megatron, tuned',
    family: 'Megatron',
    kind: 'tuned',
    rules:
      'the best of tensor-parallel 1-8 (a row or two), every pipeline and interleaving that divides the layers, micro-batch 1-8, sequence parallelism, recomputation none, selective or full, distributed optimiser on or off',
    source: SOURCE,
    run: (workload, machine) => bestOf(workload, machine, everySetting(workload, machine, [0, 1]))
  }
]
