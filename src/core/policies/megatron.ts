import { divisors } from '../optimization/divisors.ts'
import { Strategy, strategyMapping, type StrategyInput } from '../mapping/strategy.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { PlacementOrder } from '../mapping/placement.ts'
import {
  bestOf,
  expertDegrees,
  gridOf,
  placementOrders,
  replicasOf,
  type RulePolicy,
  type PolicyOutcome
} from './policy.ts'
import { policyTitles } from './policy-titles.ts'

/** Tensor-parallel degrees up to the fast domain, and micro-batches, that Megatron's authors consider (2104.04473 sections 3 and 5). */
const TENSOR = [1, 2, 4, 8]
const MICRO_BATCH = [1, 2, 4, 8]

type Setting = StrategyInput & {
  readonly microBatch: number
  readonly tensorRows: number
  readonly order: PlacementOrder
}

const regionOf = (machine: Machine, tensorParallel: number, tensorRows: number) =>
  machine.gridRows > 1
    ? { rows: tensorRows, columns: tensorParallel / tensorRows }
    : { rows: 1, columns: tensorParallel }

/** Rows of the tensor-parallel rectangles that fit the grid, flattest first. */
const rowsFor = (machine: Machine, tensorParallel: number): readonly number[] =>
  divisors(tensorParallel).filter(
    (rows) => rows <= machine.gridRows && (machine.gridRows === 1 || tensorParallel / rows <= machine.gridColumns)
  )

function mappingOf(
  workload: Workload,
  machine: Machine,
  { microBatch, tensorRows, order, ...input }: Setting
): Mapping {
  return strategyMapping(workload, gridOf(machine), machine.dies, Strategy.parse(input), {
    microBatch,
    ...(machine.gridRows > 1 && { tensorRows, order })
  })
}

/** Data-parallel takes what tensor and pipeline parallelism leave, as far as the batch divides; the rest is tried in full. */
function* layoutsOf(
  workload: Workload,
  machine: Machine,
  {
    tensorParallel,
    pipelineParallel,
    microBatch,
    tensorRows,
    ...rest
  }: Omit<Setting, 'order'> & {
    readonly tensorParallel: number
    readonly pipelineParallel: number
  }
): Generator<Setting> {
  const sequences = Math.floor(workload.training.globalBatch / microBatch)
  const region = regionOf(machine, tensorParallel, tensorRows)
  const dataParallel = replicasOf(machine, region, pipelineParallel, sequences)
  const chunks = rest.virtualStages ?? 1
  // Interleaving is refused unless the micro-batches are a multiple of the stages.
  if (chunks > 1 && (sequences / dataParallel) % pipelineParallel !== 0) return
  // One replica has nobody to share its optimiser with.
  if (dataParallel === 1 && (rest.zeroStage ?? 0) > 0) return
  for (const order of placementOrders(machine, dataParallel, pipelineParallel))
    for (const expertParallel of expertDegrees(workload, dataParallel))
      yield { ...rest, tensorParallel, pipelineParallel, microBatch, tensorRows, dataParallel, expertParallel, order }
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
  const tensorParallel = TENSOR.filter(
    (t) => workload.model.heads % t === 0 && t <= machine.dies && rowsFor(machine, t).length > 0
  ).at(-1)!
  // A row of dies where the grid is wide enough, the flattest rectangle elsewhere.
  const tensorRows = rowsFor(machine, tensorParallel)[0]!
  const pipelines = divisors(workload.model.layers).filter((p) => p * tensorParallel <= machine.dies)
  for (const pipelineParallel of pipelines) {
    const virtual = pipelineParallel > 1 ? chunks(workload.model.layers / pipelineParallel) : [1]
    const settings = MICRO_BATCH.flatMap((microBatch) =>
      virtual.flatMap((virtualStages) => [
        ...layoutsOf(workload, machine, {
          ...fixed,
          tensorParallel,
          pipelineParallel,
          virtualStages,
          microBatch,
          tensorRows
        })
      ])
    )
    const outcome = bestOf(
      workload,
      machine,
      settings.map((setting) => () => mappingOf(workload, machine, setting))
    )
    evaluations += outcome.evaluations
    if (outcome.failure === undefined) return { ...outcome, evaluations }
    if (outcome.evaluation && (!last?.evaluation || outcome.evaluation.memory_B.peak < last.evaluation.memory_B.peak))
      last = outcome
    last ??= outcome
  }
  return { ...last!, evaluations }
}

/** Every setting but those that are refused or equal one before them. */
function* everySetting(workload: Workload, machine: Machine, zeroLevels: readonly (0 | 1)[]): Generator<() => Mapping> {
  // Only unfused attention keeps the scores that selective recomputation drops.
  const recomputations =
    workload.training.attention === 'standard' ? (['none', 'selective', 'full'] as const) : (['none', 'full'] as const)
  for (const tensorParallel of TENSOR)
    for (const pipelineParallel of divisors(workload.model.layers)) {
      if (tensorParallel * pipelineParallel > machine.dies) continue
      const perStage = workload.model.layers / pipelineParallel
      for (const virtualStages of pipelineParallel > 1 ? divisors(perStage) : [1])
        for (const microBatch of MICRO_BATCH)
          for (const tensorRows of rowsFor(machine, tensorParallel))
            for (const sequenceParallel of tensorParallel > 1 ? [false, true] : [false])
              for (const recompute of recomputations)
                for (const zeroStage of zeroLevels)
                  for (const setting of layoutsOf(workload, machine, {
                    tensorParallel,
                    pipelineParallel,
                    virtualStages,
                    sequenceParallel,
                    recompute,
                    zeroStage,
                    microBatch,
                    tensorRows
                  }))
                    yield () => mappingOf(workload, machine, setting)
    }
}

const SOURCE = 'Narayanan et al., SC 2021 (arXiv 2104.04473); Korthikanti et al., MLSys 2023 (arXiv 2205.05198)'

export const megatronPolicies: readonly RulePolicy[] = [
  {
    name: 'megatron-full',
    title: policyTitles['megatron-full'],
    family: 'Megatron',
    kind: 'published',
    rules:
      'tensor-parallel 8 in a row of dies, the shortest pipeline that fits, data-parallel for the rest, 1F1B, every layer recomputed',
    source: SOURCE,
    run: (workload, machine) => byTheRules(workload, machine, { recompute: 'full' }, () => [1])
  },
  {
    name: 'megatron-2022',
    title: policyTitles['megatron-2022'],
    family: 'Megatron',
    kind: 'published',
    rules: 'as megatron-full, with sequence parallelism, the attention core recomputed, and the best interleaving',
    source: SOURCE,
    run: (workload, machine) =>
      byTheRules(workload, machine, { recompute: 'selective', sequenceParallel: true }, divisors)
  },
  {
    name: 'megatron-tuned',
    title: policyTitles['megatron-tuned'],
    family: 'Megatron',
    kind: 'tuned',
    rules:
      'the best of tensor-parallel 1-8 (any rectangle), both placement orders, every degree of expert parallelism, every pipeline and interleaving that divides the layers, micro-batch 1-8, sequence parallelism, recomputation none, selective or full, distributed optimiser on or off',
    source: SOURCE,
    run: (workload, machine) => bestOf(workload, machine, everySetting(workload, machine, [0, 1]))
  }
]
