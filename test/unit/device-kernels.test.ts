import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { ClusterChipSpec } from '../../src/core/chip/chip-spec.ts'
import { Strategy, strategyMapping, type StrategyInput } from '../../src/core/mapping/strategy.ts'
import { fastest_s, switchedCollectives } from '../../src/core/simulator/collective-cost.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const a100 = chipPreset('a100-80gb') as ClusterChipSpec
const bandwidth_Bps = a100.device.memoryBandwidth_Bps * a100.execution.memoryEfficiency
/** Nothing but traffic: launching is free. */
const device = (devices: number, execution: Partial<ClusterChipSpec['execution']> = {}): ClusterChipSpec => ({
  ...a100,
  devices,
  execution: { ...a100.execution, launchOverhead_s: 0, ...execution }
})
const tokens = 2 * 2048
function step(chip: ClusterChipSpec, model: ModelSpec, strategy: StrategyInput = {}) {
  const training = { globalBatch: 2 * chip.devices, sequenceLength: 2048, attention: 'flash' as const }
  const workload = buildWorkload(model, TrainingSpec.parse(training))
  const grid = { rows: 1, columns: chip.devices, dies: chip.devices }
  const mapping = strategyMapping(workload, grid, chip.devices, Strategy.parse(strategy), { microBatch: 2 })
  return evaluate(workload, machineOf(chip), mapping)
}

describe('kernels that devices run beside their products', () => {
  it('stream an fp32 vocabulary 52 bytes an element, forward and backward, through the loss', () => {
    const { spec } = modelPreset('megatron-1.7b')
    const shape = { ...spec, biases: false, tiedEmbeddings: false }
    const wide = step(device(1), { ...shape, vocabulary: 2 * spec.vocabulary })
    const narrow = step(device(1), shape)
    // Twice the vocabulary: the product grows too, by what an otherwise equal product of half the width takes.
    const loss_s = (52 * spec.vocabulary * tokens) / bandwidth_Bps
    const product_s =
      (6 * spec.hidden * spec.vocabulary * tokens) / (a100.device.peakFlops * a100.execution.matrixEfficiency)
    const more_s = wide.time_s.compute - narrow.time_s.compute
    expect(more_s).toBeGreaterThan(loss_s + product_s)
    expect(more_s).toBeLessThan(1.08 * (loss_s + product_s))
  })

  it('read the gradient of every product with a bias once more', () => {
    const { spec } = modelPreset('megatron-1.7b')
    const more_s =
      step(device(1), { ...spec, biases: true }).time_s.compute -
      step(device(1), { ...spec, biases: false }).time_s.compute
    // qkv 3 h, projection h, up 4 h, down h.
    const bytes = 2 * 9 * spec.hidden * spec.layers * tokens
    expect(more_s / (bytes / bandwidth_Bps)).toBeCloseTo(1, 6)
  })

  it('are those of plain modules where weights are sharded, unless these are compiled', () => {
    const { spec } = modelPreset('llama-2-7b')
    const sharded = { zeroStage: 3 } as const
    const compiled = step(device(8, { unfusedShare: 0 }), spec, sharded)
    const plain = step(device(8, { unfusedShare: 1 }), spec, sharded)
    const { layers, hidden: h, ffnHidden: f } = spec
    const bytes = layers * (2 * 102 * h + 2 * 16 * 2 * h + 12 * f) + 102 * h
    expect((plain.time_s.compute - compiled.time_s.compute) / ((bytes * tokens) / bandwidth_Bps)).toBeCloseTo(1, 6)
    expect(step(device(8, { unfusedShare: 1 }), spec).time_s.compute).toBe(
      step(device(8, { unfusedShare: 0 }), spec).time_s.compute
    )
  })
})

describe('collectives between nodes', () => {
  const network = {
    nodeDevices: 8,
    nodeBandwidth_Bps: 200e9,
    launch_s: 0,
    nodeStep_s: 2e-6,
    networkBandwidth_Bps: 25e9,
    networkStep_s: 5e-6,
    hasTrees: true
  }
  const among = (nodes: number) => switchedCollectives({ size: 8 * nodes, perNode: 8, nodes }, network)

  it('pass every other member, so that the latency of a gather grows with the group', () => {
    for (const nodes of [1, 2, 16, 128])
      expect(fastest_s(among(nodes).gather, 0)).toBeCloseTo(7 * nodes * 2e-6 + (nodes - 1) * 5e-6, 12)
  })

  it('add up small tensors on a tree, whose height grows with the logarithm of the nodes', () => {
    for (const nodes of [1, 2, 16, 128])
      expect(fastest_s(among(nodes).allReduce, 0)).toBeCloseTo(2 * (7 * 2e-6 + Math.log2(nodes) * 5e-6), 12)
  })

  it('pay the latency of gradients once a bucket, however many operators fill it', () => {
    const shape = { name: 'small', heads: 16, hidden: 1024, vocabulary: 51200 }
    const sync_s = (latency_s: number) => {
      const chip = { ...device(64), network: { ...a100.network, latency_s } }
      return step(chip, ModelSpec.parse({ ...shape, layers: 24 }), { zeroStage: 1 }).time_s.dataCommunication
    }
    // A few hundred operators and 350 million parameters: nine buckets of 40 million, scattered and gathered.
    const parameters = step(device(64), ModelSpec.parse({ ...shape, layers: 24 })).parameters
    const rings = (2 * parameters) / 64e6
    expect((sync_s(1e-3) - sync_s(0)) / (rings * 7e-3)).toBeCloseTo(1, 6)
  })
})
