import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import type { StrategyInput } from '../../src/core/mapping/strategy.ts'
import { layerCost, mappingOf, stageCosts, waferOf, workloadOf } from './simulator-fixture.ts'

const machine = waferOf({ grid: { rows: 8, columns: 8 } })
const s = 2048
const b = 2
const [h, a, v] = [6144, 64, 51200]
const gpt = { name: 'gpt', layers: 2, hidden: h, heads: a, vocabulary: v }
const t = 8

const kept = (strategy: StrategyInput, attention: 'standard' | 'flash' = 'standard'): number =>
  layerCost(gpt, { globalBatch: b, sequenceLength: s, attention }, machine, strategy, { microBatch: b })[plan.KEPT_B]!

describe('activations of a layer and micro-batch (2205.05198 table 2)', () => {
  it.each<[string, StrategyInput, number]>([
    ['nothing', {}, 34 + (5 * a * s) / h],
    ['tensor parallelism', { tensorParallel: t }, 10 + 24 / t + (5 * a * s) / (h * t)],
    ['tensor and sequence parallelism', { tensorParallel: t, sequenceParallel: true }, (34 + (5 * a * s) / h) / t],
    ['tensor parallelism and selective recomputation', { tensorParallel: t, recompute: 'selective' }, 10 + 24 / t],
    [
      'tensor, sequence parallelism and selective recomputation',
      { tensorParallel: t, sequenceParallel: true, recompute: 'selective' },
      34 / t
    ],
    ['full recomputation', { tensorParallel: t, recompute: 'full' }, 2],
    ['full recomputation of split checkpoints', { tensorParallel: t, sequenceParallel: true, recompute: 'full' }, 2 / t]
  ])('with %s', (_name, strategy, units) => {
    expect(kept(strategy) / (units * s * b * h)).toBeCloseTo(1, 9)
  })

  it('hold 4 a b s bytes of statistics in place of the 5 a s^2 b of scores when attention is flash-like', () => {
    expect(kept({}) - kept({}, 'flash')).toBeCloseTo(5 * a * s * s * b - 4 * a * b * s, -2)
    expect(kept({ tensorParallel: t, sequenceParallel: true }, 'flash')).toBeCloseTo(
      (34 * s * b * h + 4 * a * b * s) / t,
      -2
    )
  })

  it('are copied, not cut, where there are fewer key-value heads than dies', () => {
    const grouped = { ...gpt, kvHeads: 2, name: 'grouped' }
    const bytes = (tensorParallel: number) =>
      layerCost(grouped, { globalBatch: 1, sequenceLength: s, attention: 'flash' }, machine, {
        tensorParallel,
        sequenceParallel: true,
        recompute: 'none'
      })[plan.KEPT_B]!
    const keyValue = 2 * 2 * (h / a) * 2 * s
    expect(bytes(8) - (bytes(1) - keyValue) / 8).toBeCloseTo(keyValue / 2, -1)
  })

  it('make 70% less of GPT-3 and 65% less of MT-NLG by selective recomputation (2205.05198 section 5)', () => {
    for (const [name, saved] of [
      ['gpt3-175b', 0.7],
      ['mt-nlg-530b', 0.65]
    ] as const) {
      const spec = workloadOf(name, { globalBatch: 1, sequenceLength: s }).model
      const bytes = (recompute: 'none' | 'selective') =>
        layerCost(spec, { globalBatch: 1, sequenceLength: s }, machine, {
          tensorParallel: 8,
          sequenceParallel: true,
          recompute
        })[plan.KEPT_B]!
      expect(1 - bytes('selective') / bytes('none')).toBeCloseTo(saved, 2)
    }
  })
})

describe('activations of a pipeline', () => {
  const p = 4
  const L = 16
  const deep = { ...gpt, layers: L }
  const strategy = { tensorParallel: t, sequenceParallel: true, pipelineParallel: p, dataParallel: 1 } as const
  const perLayer = (34 * s * h + 5 * a * s * s) / t
  const activations = (extra: StrategyInput, globalBatch = 16) => {
    const workload = workloadOf(deep, { globalBatch, sequenceLength: s })
    return evaluate(workload, machine, mappingOf(workload, machine, { ...strategy, ...extra })).stages.map(
      ({ memory_B }) => memory_B.activations
    )
  }

  it('are those of min(m, p - i) micro-batches on stage i of 1F1B, and the embedding mask on the first', () => {
    const mask = (s * h * p) / t
    for (const m of [16, 3])
      for (const [stage, bytes] of activations({}, m).entries()) {
        const inFlight = Math.min(m, p - stage)
        const ends = stage === 0 ? (mask * inFlight) / p : stage === p - 1 ? (4 * s * h * inFlight) / t : 0
        expect(bytes).toBeCloseTo(inFlight * (L / p) * perLayer + ends, -2)
      }
  })

  it('are those of all micro-batches on every stage of GPipe', () => {
    const [, second, third] = activations({ schedule: 'gpipe' })
    expect(second).toBeCloseTo(16 * (L / p) * perLayer, -2)
    expect(third).toBe(second)
  })

  it('are 1 + (p-1)/(p v) times as many on the first stage when interleaved', () => {
    for (const virtualStages of [2, 4]) {
      const factor = activations({ virtualStages })[0]! / activations({})[0]!
      expect(factor).toBeCloseTo(1 + (p - 1) / (p * virtualStages), 6)
    }
  })

  it('are the same under ZB-H1 as under 1F1B on the first stage, and never fewer on a later one', () => {
    const delayed = activations({ schedule: 'zb-h1' })
    const plain = activations({})
    expect(delayed[0]).toBe(plain[0])
    for (const [stage, bytes] of plain.entries()) expect(delayed[stage]).toBeGreaterThanOrEqual(bytes)
  })

  it('include the fp32 logits 4 s b v/t in the workspace of the last stage', () => {
    const workload = workloadOf(deep, { globalBatch: 16, sequenceLength: s })
    const stages = stageCosts(workload, machine, mappingOf(workload, machine, strategy))
    expect(stages.map((stage) => stage[plan.LOGITS_B])).toEqual([0, 0, 0, (4 * s * v) / t])
  })
})
