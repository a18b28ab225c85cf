import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { ClusterChipSpec } from '../../src/core/chip/chip-spec.ts'
import { Strategy, strategyMapping } from '../../src/core/mapping/strategy.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const a100 = chipPreset('a100-80gb') as ClusterChipSpec
/** Kernels so small a share of the step that launching them never shows. */
const onOne = (execution: Partial<ClusterChipSpec['execution']> = {}): ClusterChipSpec => ({
  ...a100,
  devices: 1,
  execution: { ...a100.execution, launchOverhead_s: 0, ...execution }
})

/** A step of two sequences on one device. */
function step(chip: ClusterChipSpec, microBatch: number, optimizerBytesPerParameter: 16 | 18) {
  const workload = buildWorkload(
    modelPreset('megatron-1.7b').spec,
    TrainingSpec.parse({ globalBatch: 4, sequenceLength: 2048, attention: 'flash', optimizerBytesPerParameter })
  )
  const mapping = strategyMapping(workload, { rows: 1, columns: 1, dies: 1 }, 1, Strategy.parse({}), { microBatch })
  return evaluate(workload, machineOf(chip), mapping)
}

const bandwidth_Bps = a100.device.memoryBandwidth_Bps * a100.execution.memoryEfficiency

describe('memory traffic of a device beside its products', () => {
  it('adds every micro-batch of gradients to those before: 6 bytes per weight of a product', () => {
    // No half-saturation: products of two micro-batches take as long as those of one that is twice as large.
    const chip = onOne({ halfRows: 0, halfColumns: 0, halfReduction: 0, flashEfficiency: 1, misalignedShare: 1 })
    const [once, fourTimes] = [step(chip, 4, 18), step(chip, 1, 18)]
    const { layers, hidden, vocabulary } = modelPreset('megatron-1.7b').spec
    const weights = layers * 12 * hidden ** 2 + vocabulary * hidden
    const more_s = fourTimes.time_s.compute - once.time_s.compute
    expect(more_s / ((3 * 6 * weights) / bandwidth_Bps)).toBeCloseTo(1, 6)
  })

  it('pays for separate kernels of the optimiser where gradients are fp32, and only there', () => {
    const more_s = (bytes: 16 | 18): number =>
      step(onOne(), 4, bytes).time_s.optimizer -
      step(onOne({ optimizerPasses_BPerParameter: 0 }), 4, bytes).time_s.optimizer
    expect(more_s(18) / ((28 * step(onOne(), 4, 18).parameters) / bandwidth_Bps)).toBeCloseTo(1, 6)
    expect(more_s(16)).toBe(0)
  })

  it('runs fused attention no faster than its kernels reach', () => {
    const compute_s = (flashEfficiency: number): number => step(onOne({ flashEfficiency }), 4, 18).time_s.compute
    expect(compute_s(0.2)).toBeGreaterThan(compute_s(0.4))
    // Half of the square is computed, forward 2 products and backward 5 of them.
    const { layers, hidden } = modelPreset('megatron-1.7b').spec
    const flops = layers * 4 * 2048 * 4 * 2048 * hidden * 0.5 * (1 + 2.5)
    const peak = a100.device.peakFlops
    expect((compute_s(0.2) - compute_s(0.4)) / (flops / peak / 0.2 - flops / peak / 0.4)).toBeCloseTo(1, 6)
  })
})
