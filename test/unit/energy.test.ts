import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { assembly } from '../../src/core/chip/technology.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { StrategyInput } from '../../src/core/mapping/strategy.ts'
import { designOf, fillStages } from '../../src/core/simulator/design.ts'
import { energyRates, stepWork, type StepWork } from '../../src/core/simulator/energy.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { matrixTraffic_B } from '../../src/core/simulator/matrix-time.ts'
import { PLAN_COLUMNS } from '../../src/core/simulator/plan-cost.ts'
import type { ModelSpecInput } from '../../src/core/workload/model-spec.ts'
import { mappingOf, roomy, waferOf, workloadOf } from './simulator-fixture.ts'

const s = 512
const h = 1024
const v = 8192
const model: ModelSpecInput = { name: 'gpt', layers: 4, hidden: h, heads: 16, vocabulary: v, tiedEmbeddings: false }
const B = 8
const P = 1e-12
const G = 4
/** One line of dies: every link between neighbours is crossed one by one. */
const line = (columns: number): Machine => waferOf({ grid: { rows: 1, columns } })

function workOf(
  machine: Machine,
  given: ModelSpecInput,
  strategy: StrategyInput,
  change: Partial<Mapping> = {}
): StepWork {
  const workload = workloadOf(given, { globalBatch: B, sequenceLength: s })
  const mapping = { ...mappingOf(workload, machine, strategy, { microBatch: 1, collectives: 'ring' }), ...change }
  const design = designOf(workload, machine, mapping)
  const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
  fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
  const dies = mapping.region.rows * mapping.region.columns * mapping.dataParallel
  return stepWork(design.frame, stages, design.stages.length, dies)
}

const parametersOf = (given: ModelSpecInput): number =>
  workloadOf(given, { globalBatch: B, sequenceLength: s }).parameters

describe('the energy of a step', () => {
  it('is idle power over its time and each of its amounts at the published energies', () => {
    const machine = waferOf({ grid: { rows: 1, columns: 2 }, links: { energy_pJPerBit: [1, 3] } })
    const workload = workloadOf(model, { globalBatch: B, sequenceLength: s })
    const mapping = mappingOf(workload, machine, { pipelineParallel: 2, dataParallel: 1 })
    const { energy_J, iterationTime_s } = evaluate(workload, machine, mapping)
    const work = workOf(machine, model, { pipelineParallel: 2, dataParallel: 1 })
    const { chip } = machine
    if (chip.kind !== 'wafer') throw new Error('a wafer is meant')
    for (const [end, index] of [
      ['low', 0],
      ['high', 1]
    ] as const) {
      const share = assembly.staticShare.value[index]
      const flop_J = P * chip.die.energyPerFlop_pJ[index]
      const idle_W = share * flop_J * machine.engine.peak_flops * 2
      expect(energyRates(machine, end).idle_W).toBeCloseTo(idle_W, 9)
      const expected =
        (1 - share) * flop_J * work.matrixFlops +
        8 * P * chip.memory.energy_pJPerBit[index] * work.memoryTraffic_B +
        8 * P * [1, 3][index]! * work.linkTraffic_B +
        idle_W * iterationTime_s
      expect(energy_J[end] / expected).toBeCloseTo(1, 12)
    }
  })

  it('has no links on one die, and the optimiser’s traffic once', () => {
    const one = workOf(line(1), model, { dataParallel: 1 })
    expect(one.linkTraffic_B).toBe(0)
    // Twice the micro-batches of the same size move everything twice but the optimiser's state.
    const workload = workloadOf(model, { globalBatch: 2 * B, sequenceLength: s })
    const machine = line(1)
    const design = designOf(workload, machine, mappingOf(workload, machine, { dataParallel: 1 }))
    const stages = new Float64Array(PLAN_COLUMNS)
    fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
    const two = stepWork(design.frame, stages, 1, 1)
    const optimizer_B = (G + 12 + 12 + 2) * parametersOf(model)
    expect((2 * one.memoryTraffic_B - two.memoryTraffic_B) / optimizer_B).toBeCloseTo(1, 9)
  })
})

describe('link traffic', () => {
  it('of each stage boundary is 2 m 2 s b h bytes over one link', () => {
    for (const stages of [2, 4]) {
      const { linkTraffic_B } = workOf(line(stages), model, { pipelineParallel: stages, dataParallel: 1 })
      expect(linkTraffic_B).toBe((stages - 1) * 2 * B * 2 * s * h)
    }
  })

  it('of v chunks is v times the boundaries and v - 1 times the way back, over three links', () => {
    const { linkTraffic_B } = workOf(
      line(4),
      { ...model, layers: 8 },
      { pipelineParallel: 4, dataParallel: 1, schedule: 'interleaved', virtualStages: 2 }
    )
    expect(linkTraffic_B).toBe(2 * B * 2 * s * h * (2 * 3 + 1 * 3))
  })

  it('of a tied table on two stages is that of its gradients, both ways', () => {
    const tied = { ...model, tiedEmbeddings: true }
    const more =
      workOf(line(2), tied, { pipelineParallel: 2, dataParallel: 1 }).linkTraffic_B -
      workOf(line(2), model, { pipelineParallel: 2, dataParallel: 1 }).linkTraffic_B
    expect(more).toBe(2 * G * v * h)
  })

  it('of gradients is 2 (R - 1) G bytes per parameter, and with ZeRO (R - 1)(G + 2), (m + 1) 2 (R - 1) or m 3 x 2 (R - 1)', () => {
    const n = parametersOf(model)
    const traffic = (R: number, zeroStage: 0 | 1 | 2 | 3): number =>
      workOf(line(R), model, { dataParallel: R, zeroStage }).linkTraffic_B
    for (const R of [2, 4]) {
      const m = B / R
      expect(traffic(R, 0) / (2 * (R - 1) * G * n)).toBeCloseTo(1, 9)
      expect(traffic(R, 1) / ((R - 1) * (G + 2) * n)).toBeCloseTo(1, 9)
      expect(traffic(R, 2) / ((R - 1) * 2 * (m + 1) * n)).toBeCloseTo(1, 9)
      expect(traffic(R, 3) / ((R - 1) * 3 * 2 * m * n)).toBeCloseTo(1, 9)
    }
  })
})

describe('a recomputed layer', () => {
  const work = (recompute: 'none' | 'full', t: number): StepWork =>
    workOf(line(t), model, { tensorParallel: t, dataParallel: 1, recompute })

  it('runs its forward products again', () => {
    const flops = 2 * (4 * h * h + 8 * h * h) * s * B + 4 * s * h * s * B
    expect(work('full', 1).matrixFlops - work('none', 1).matrixFlops).toBeCloseTo(4 * flops, -3)
  })

  it('moves its forward tensors through memory again', () => {
    const machine = line(1)
    const { sram_B } = machine.engine
    const products =
      matrixTraffic_B(s, 3 * h, h, sram_B) +
      matrixTraffic_B(s, h, h, sram_B) +
      matrixTraffic_B(s, 4 * h, h, sram_B) +
      matrixTraffic_B(s, h, 4 * h, sram_B)
    const attention = s * (2 * 4 * h + 13 * 16 * s)
    // Two norms, two additions with dropout, gelu.
    const elementwise = s * (2 * 4 * h + 2 * 7 * h + 2 * 8 * h)
    const again = work('full', 1).memoryTraffic_B - work('none', 1).memoryTraffic_B
    expect(again / (4 * B * (products + attention + elementwise))).toBeCloseTo(1, 9)
  })

  it('runs its two forward all-reduces again', () => {
    const t = 4
    const allReduce_B = 2 * (t - 1) * 2 * s * h
    expect(work('full', t).linkTraffic_B - work('none', t).linkTraffic_B).toBeCloseTo(4 * B * 2 * allReduce_B, -2)
  })
})

it('an offloaded tensor crosses one link and the memory twice', () => {
  const machine = machineOf(
    mergeChip(mergeChip(chipPreset('watos-56'), roomy), {
      grid: { rows: 1, columns: 1 },
      offload: { capacityPerDie_B: 1e15, bandwidthPerDie_Bps: 1e12 }
    })
  )
  const workload = workloadOf(model, { globalBatch: B, sequenceLength: s })
  const { plans } = mappingOf(workload, machine, { dataParallel: 1 })
  const offloading = { plans: { ...plans, dense: { ...plans.dense!, offload: ['up.input'] } } }
  const kept = workOf(machine, model, { dataParallel: 1 })
  const away = workOf(machine, model, { dataParallel: 1 }, offloading)
  const bytes = 2 * 4 * B * 2 * s * h
  expect(away.memoryTraffic_B - kept.memoryTraffic_B).toBeCloseTo(bytes, -1)
  expect(away.linkTraffic_B - kept.linkTraffic_B).toBe(bytes)
})
