import { describe, expect, it } from 'vitest'
import type { AxisRole, Mapping } from '../../src/core/mapping/mapping.ts'
import type { StrategyInput } from '../../src/core/mapping/strategy.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import type { ModelSpecInput } from '../../src/core/workload/model-spec.ts'
import { layerCost, mappingOf, stageCosts, waferOf, workloadOf } from './simulator-fixture.ts'

const s = 2048
const h = 4096
const gpt = { name: 'gpt', layers: 2, hidden: h, heads: 32, vocabulary: 32768 }
const B = 1e12
const t = 8
/** Rings without latency, where communication hides under nothing: seconds are volumes. */
const machine = waferOf({ grid: { rows: 8, columns: 8 }, links: { latency_s: 0, bandwidthPerEdge_Bps: B } }, 0)
const ring = { microBatch: 1, collectives: 'ring', tensorRows: 2 } as const

const inLine = { microBatch: 1, collectives: 'ring' } as const

const tensor_s = (strategy: StrategyInput, model: ModelSpecInput = gpt): number =>
  layerCost(model, { globalBatch: 1, sequenceLength: s }, machine, { tensorParallel: t, ...strategy }, ring)[
    plan.TENSOR_COMMUNICATION_S
  ]!
/** One all-reduce of 2 s b h bytes on a 2 x 4 rectangle's ring. */
const allReduce_s = ((2 * s * h) / B) * ((t - 1) / t)

describe('tensor parallelism as Megatron does it', () => {
  it('all-reduces 2 s b h bytes twice forward and twice backward per layer', () => {
    expect(tensor_s({}) / allReduce_s).toBeCloseTo(4, 9)
  })
  it('and twice more where the layer is recomputed', () => {
    expect(tensor_s({ recompute: 'full' }) / allReduce_s).toBeCloseTo(6, 9)
  })
  it('and no more where only the attention core is', () => {
    expect(tensor_s({ recompute: 'selective' })).toBe(tensor_s({}))
  })
  it('moves the same with sequence parallelism, and gathers its two stored inputs once more backward', () => {
    expect(tensor_s({ sequenceParallel: true }) / allReduce_s).toBeCloseTo(4 + 2 / 2, 9)
  })
  it('hides the input gradients’ all-reduces and the second gathers beside the weight gradients, given full overlap', () => {
    const overlapping = waferOf(
      { grid: { rows: 8, columns: 8 }, links: { latency_s: 0, bandwidthPerEdge_Bps: 1e13 } },
      1
    )
    const exposed = (sequenceParallel: boolean) =>
      layerCost(gpt, { globalBatch: 1, sequenceLength: s }, overlapping, { tensorParallel: t, sequenceParallel }, ring)[
        plan.TENSOR_COMMUNICATION_S
      ]! /
      (allReduce_s / 10)
    expect(exposed(false)).toBeCloseTo(2, 9)
    // Forward: two gathers and two scatters; backward: the two gathers of what the closing operators get.
    expect(exposed(true)).toBeCloseTo(3, 9)
  })
})

describe('context parallelism', () => {
  const context = (model: ModelSpecInput) =>
    layerCost(model, { globalBatch: 1, sequenceLength: s }, machine, { contextParallel: 8 }, inLine)[
      plan.TENSOR_COMMUNICATION_S
    ]!
  it('passes the other dies’ keys and values by, 2 x 2 s b h/c bytes c - 1 times forward and twice that backward', () => {
    // Eight dies in a column: one link each way between neighbours, both ways used.
    const forward_s = ((4 * s * h) / B) * (7 / 8)
    expect(context(gpt) / (3 * forward_s)).toBeCloseTo(1, 9)
  })
  it('passes by less where heads share keys and values', () => {
    expect(context({ ...gpt, kvHeads: 8 }) / context(gpt)).toBeCloseTo(1 / 4, 9)
  })
})

/** The plan of a layer class with some of its operators laid out otherwise. */
const withRoles = (mapping: Mapping, layer: string, roles: Record<string, Record<string, AxisRole>>): Mapping => ({
  ...mapping,
  plans: {
    ...mapping.plans,
    [layer]: { ...mapping.plans[layer]!, operators: { ...mapping.plans[layer]!.operators, ...roles } }
  }
})

describe('the two ends of a model', () => {
  it('add partial logits up before the loss reads them', () => {
    const workload = workloadOf(gpt, { globalBatch: 1, sequenceLength: s })
    const mapping = mappingOf(workload, machine, { tensorParallel: 4, dataParallel: 1 })
    const comm = (role: AxisRole) =>
      stageCosts(workload, machine, withRoles(mapping, 'head', { logits: { x: role } }))[0]![
        plan.TENSOR_COMMUNICATION_S
      ]!
    // Partial sums of s x v logits are scattered, where cut columns would only need the input's gradient added up.
    expect(comm('reduction') - comm('replicated')).toBeGreaterThanOrEqual(((2 * s * 32768) / B) * (3 / 4))
    const logits = stageCosts(workload, machine, withRoles(mapping, 'head', { logits: { x: 'reduction' } }))[0]!
    expect(logits[plan.LOGITS_B]).toBe((4 * s * 32768) / 4)
  })

  it('both hold a tied table when they lie on different stages', () => {
    const table = 32768 * h
    const positions = 2048 * h
    const weights = (tiedEmbeddings: boolean, pipelineParallel: number) => {
      const workload = workloadOf({ ...gpt, layers: 4, tiedEmbeddings }, { globalBatch: 8, sequenceLength: s })
      const mapping = mappingOf(workload, machine, { pipelineParallel, dataParallel: 1 })
      return evaluate(workload, machine, mapping).stages.reduce((sum, { memory_B }) => sum + memory_B.weights, 0) / 2
    }
    const layers = weights(true, 1) - table - positions
    expect(weights(true, 2)).toBeCloseTo(layers + 2 * table + positions, 0)
    expect(weights(false, 1)).toBeCloseTo(layers + 2 * table + positions, 0)
  })
})

describe('mixture of experts', () => {
  const moe = { experts: 8, topK: 2, expertHidden: 4096 }
  const model = { name: 'moe', layers: 2, hidden: 1024, heads: 8, vocabulary: 1024, ffn: 'swiglu', moe } as const
  const workload = workloadOf(model, { globalBatch: 8, sequenceLength: s, attention: 'flash' })
  const costs = (expertParallel: number) =>
    stageCosts(workload, machine, mappingOf(workload, machine, { dataParallel: 8, expertParallel }))[0]!

  it('exchanges 2 h k bytes per token four times per layer when experts are spread over replicas', () => {
    // Replicas in a line of eight: the middle link carries 4 x 4/8 of what each sends.
    const each = (2 * 1024 * moe.topK * s) / B
    expect(costs(8)[plan.TENSOR_COMMUNICATION_S]! / (2 * 4 * 2 * each)).toBeCloseTo(1, 9)
    expect(costs(1)[plan.TENSOR_COMMUNICATION_S]).toBe(0)
  })

  it('holds an eighth of the experts and does the same work', () => {
    const experts = 2 * 8 * 3 * 1024 * 4096 * 2
    expect(costs(1)[plan.WEIGHTS_B]! - costs(8)[plan.WEIGHTS_B]!).toBeCloseTo((experts * 7) / 8, 0)
    expect(costs(8)[plan.MATRIX_FLOPS]).toBe(costs(1)[plan.MATRIX_FLOPS])
  })
})
