import { divisors } from '../optimization/divisors.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { Problem } from '../problem.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { hierarchiesOf, wafersOf, type Hierarchy } from './accpar-hierarchy.ts'
import { partitionModel } from './accpar-layers.ts'
import { accparMapping, withBestResidual } from './accpar-mapping.ts'
import { bestOf, largestReplicas, type RulePolicy, type PolicyOutcome } from './policy.ts'
import { policyTitles } from './policy-titles.ts'

/** Prices of a byte, in elements exchanged, between which the memory-aware form looks: far below and far above any price that matters. */
const LEAST_PRICE = 2 ** -20
const MOST_PRICE = 2 ** 20
/** Two prices this close are one. */
const CLOSE = 1.1

/** The partition of one hierarchy and micro-batch at a price per byte, with the best residual stream; equal partitions are tried once. */
function partitioner(workload: Workload, machine: Machine, hierarchy: Hierarchy, replicas: number, microBatch: number) {
  const known = new Map<string, PolicyOutcome>()
  return (elementsPerByte: number): PolicyOutcome => {
    const roles = partitionModel(workload, microBatch, hierarchy.factors, elementsPerByte)
    const key = roles.map((level) => level.join()).join(';')
    const before = known.get(key)
    if (before) return { ...before, evaluations: 0 }
    const mappingOf = accparMapping(workload, machine, hierarchy, replicas, microBatch, roles)
    const outcome = withBestResidual(workload, machine, hierarchy.axes, roles, mappingOf)
    known.set(key, outcome)
    return outcome
  }
}

/** The cheapest price per byte at which the partition fits, by bisection of its logarithm, and all outcomes on the way there. */
function* untilItFits(partition: (elementsPerByte: number) => PolicyOutcome): Generator<PolicyOutcome> {
  const plain = partition(0)
  yield plain
  if (plain.failure === undefined) return
  const thriftiest = partition(MOST_PRICE)
  yield thriftiest
  if (thriftiest.failure !== undefined) return
  for (let [low, high] = [LEAST_PRICE, MOST_PRICE]; high / low > CLOSE;) {
    const price = Math.sqrt(low * high)
    const outcome = partition(price)
    yield outcome
    if (outcome.failure === undefined) high = price
    else low = price
  }
}

/** The fastest outcome that fits, over the hierarchies of the machine and the accumulation counts given. */
function bestPartition(
  workload: Workload,
  machine: Machine,
  accumulations: (sequences: number) => readonly number[],
  outcomesOf: (partition: (elementsPerByte: number) => PolicyOutcome) => Iterable<PolicyOutcome>
): PolicyOutcome {
  const { globalBatch } = workload.training
  // Between wafers only the batch is cut: over as many as divide it.
  const replicas = largestReplicas(globalBatch, wafersOf(machine))
  let evaluations = 0
  const settle = (hierarchy: Hierarchy, microBatch: number): Mapping => {
    const partition = partitioner(workload, machine, hierarchy, replicas, microBatch)
    const found: Mapping[] = []
    for (const outcome of outcomesOf(partition)) {
      evaluations += outcome.evaluations
      if (outcome.evaluation) found.push(outcome.evaluation.mapping)
    }
    const best = bestOf(
      workload,
      machine,
      found.map((mapping) => () => mapping)
    )
    if (!best.evaluation) throw new Problem('illegal-mapping', best.failure!)
    return best.evaluation.mapping
  }
  const sequences = globalBatch / replicas
  const best = bestOf(
    workload,
    machine,
    hierarchiesOf(machine).flatMap((hierarchy) =>
      accumulations(sequences).map((accumulation) => () => settle(hierarchy, sequences / accumulation))
    )
  )
  return { ...best, evaluations }
}

const SOURCE = 'Song et al., HPCA 2020 (AccPar), and the released code linghaosong/AccPar'
const RULES = [
  'each level of the hierarchy cuts every layer by type I (batch), II (input channel) or III (output channel), by the dynamic programme that exchanges the fewest elements',
  'layers: embedding (I or II), qkv, attention core (batch, or heads: read as II, given as III, no partial sums), projection, up with gate, down, experts, shared experts, logits',
  'type I cuts sequences of the batch while whole ones are left, then tokens of the sequence; cuts that leave no whole heads or widths are left out',
  'parts are equal: the wafer, or its largest rectangle whose sides have no prime factor above 3 or above 2, whichever is best, is cut by prime factors, the longer side first; between wafers only the batch is cut',
  'the residual stream, of which AccPar says nothing, is laid out as is best for it',
  'no pipeline, no recomputation, no sharding of the model state'
].join('; ')

export const accparPolicies: readonly RulePolicy[] = [
  {
    name: 'accpar-raw',
    title: policyTitles['accpar-raw'],
    family: 'AccPar',
    kind: 'published',
    rules: `${RULES}; the whole batch at once`,
    source: SOURCE,
    run: (workload, machine) =>
      bestPartition(
        workload,
        machine,
        () => [1],
        (partition) => [partition(0)]
      )
  },
  {
    name: 'accpar-ga',
    title: policyTitles['accpar-ga'],
    family: 'AccPar',
    kind: 'tuned',
    rules: 'as accpar-raw, and the best of all numbers of micro-batches that divide the batch',
    source: SOURCE,
    run: (workload, machine) => bestPartition(workload, machine, divisors, (partition) => [partition(0)])
  },
  {
    name: 'accpar-m',
    title: policyTitles['accpar-m'],
    family: 'AccPar',
    kind: 'extended',
    rules:
      'our extension of accpar-ga: the dynamic programme also pays for each byte of weights, gradients, optimiser and activations that a part keeps, at the lowest price, found by bisection, at which the model fits; the fastest of what it meets on the way',
    source: `our extension of ${SOURCE}`,
    run: (workload, machine) => bestPartition(workload, machine, divisors, untilItFits)
  }
]
