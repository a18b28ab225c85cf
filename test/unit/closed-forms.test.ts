import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import { layerCost, mappingOf, stageCosts, waferOf, workloadOf } from './simulator-fixture.ts'

const within = (value: number, expected: number, share = 0.01): void => {
  expect(value / expected).toBeGreaterThan(1 - share)
  expect(value / expected).toBeLessThan(1 + share)
}

const gpts = [
  'megatron-1.7b',
  'gpt-6.7b',
  'gpt-13b',
  'megatron-22b',
  'gpt-30b',
  'megatron-145b',
  'gpt3-175b',
  'mt-nlg-530b',
  'megatron-1t'
] as const
const machine = waferOf({ grid: { rows: 8, columns: 8 } })
const B = 16
const s = 2048

describe.each(gpts)('%s', (name) => {
  const workload = workloadOf(name, { globalBatch: B, sequenceLength: s })
  const { layers: L, hidden: h, vocabulary: v, maxPositions } = workload.model
  const executed = (recompute: 'none' | 'selective' | 'full'): number =>
    evaluate(workload, machine, mappingOf(workload, machine, { tensorParallel: 8, recompute, dataParallel: 1 }))
      .executedFlops

  it('has the parameters of 2104.04473 equation 2', () => {
    within(workload.parameters, 12 * L * h * h * (1 + 13 / (12 * h) + (v + maxPositions) / (12 * L * h)), 0.001)
  })

  it('needs the model FLOPs of 2205.05198 appendix A', () => {
    within(workload.modelFlops, 72 * B * L * s * h * h * (1 + s / (6 * h) + v / (12 * h * L)), 0.001)
    expect(executed('none')).toBe(workload.modelFlops)
  })

  it('executes 96 B s L h^2 (1 + s/6h + v/16Lh) with full recomputation (2104.04473 equation 3)', () => {
    within(executed('full'), 96 * B * s * L * h * h * (1 + s / (6 * h) + v / (16 * L * h)), 0.001)
  })

  it('is booked at 72 B L s h^2 (1 + s/3h + v/12hL) with selective recomputation (2205.05198)', () => {
    within(executed('selective'), 72 * B * L * s * h * h * (1 + s / (3 * h) + v / (12 * h * L)), 0.001)
  })
})

describe('recomputation', () => {
  it.each(['gpt3-175b', 'llama-2-70b'])('of everything costs %s a whole forward pass of its layers', (name) => {
    const workload = workloadOf(name, { globalBatch: 1, sequenceLength: s, attention: 'flash' })
    const model = { ...workload.model }
    const cost = (recompute: 'none' | 'full') =>
      layerCost(model, { globalBatch: 1, sequenceLength: s, attention: 'flash' }, machine, {
        tensorParallel: 8,
        recompute
      })
    const none = cost('none')
    const full = cost('full')
    expect(full[plan.MATRIX_FLOPS]! / none[plan.MATRIX_FLOPS]!).toBeCloseTo(4 / 3, 9)
    expect(full[plan.RECOMPUTE_S]! / none[plan.FORWARD_S]!).toBeGreaterThan(0.999)
    expect(full[plan.RECOMPUTE_S]! / none[plan.FORWARD_S]!).toBeLessThan(1.001)
    expect(none[plan.RECOMPUTE_S]).toBe(0)
  })
})

describe('model state', () => {
  const workload = workloadOf('gpt-13b', { globalBatch: 48, sequenceLength: s })
  const psi = workload.parameters

  it.each([
    [16, 0, 16],
    [16, 1, 4 + 12 / 48],
    [16, 2, 2 + 14 / 48],
    [16, 3, 16 / 48],
    [18, 0, 18],
    [18, 1, 6 + 12 / 48],
    [18, 2, 2 + 16 / 48],
    [18, 3, 18 / 48]
  ] as const)('of %i bytes per parameter at ZeRO-%i over 48 dies is %f bytes', (bytes, zeroStage, expected) => {
    const zero = workloadOf('gpt-13b', { globalBatch: 48, sequenceLength: s, optimizerBytesPerParameter: bytes })
    const { memory_B } = evaluate(zero, machine, mappingOf(zero, machine, { dataParallel: 48, zeroStage }))
    within(memory_B.weights + memory_B.gradients + memory_B.optimizer, expected * psi, 0.001)
  })

  const ring = { microBatch: 1, collectives: 'ring' } as const
  const flat = waferOf({ links: { latency_s: 0, bandwidthPerEdge_Bps: 1e12 }, grid: { rows: 6, columns: 8 } }, 0)
  const costs = (zeroStage: 0 | 1 | 2 | 3) => {
    const light = workloadOf('gpt-13b', { globalBatch: 48, sequenceLength: s, optimizerBytesPerParameter: 16 })
    return stageCosts(light, flat, mappingOf(light, flat, { dataParallel: 48, zeroStage }, ring))[0]!
  }
  /** A bidirectional ring moves V (n-1)/n / B for an all-reduce: two crossings of V, half of it each way. */
  const crossing_s = ((2 * psi) / 1e12 / 2) * (47 / 48)

  it('travels twice per step at ZeRO-0 and 1', () => {
    for (const zeroStage of [0, 1] as const) {
      within(costs(zeroStage)[plan.GRADIENT_SYNC_S]!, 2 * crossing_s)
      expect(costs(zeroStage)[plan.DATA_COMMUNICATION_S]).toBe(0)
    }
  })

  it('travels once per micro-batch and once per step at ZeRO-2, which never keeps whole gradients', () => {
    within(costs(2)[plan.DATA_COMMUNICATION_S]!, crossing_s)
    within(costs(2)[plan.GRADIENT_SYNC_S]!, crossing_s)
  })

  it('travels three times per micro-batch at ZeRO-3', () => {
    within(costs(3)[plan.DATA_COMMUNICATION_S]!, 3 * crossing_s)
    expect(costs(3)[plan.GRADIENT_SYNC_S]).toBe(0)
  })
})
