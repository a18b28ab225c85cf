import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import type { TimelineEvent } from '../../src/core/simulator/event/timeline.ts'
import { fluidStep } from '../../src/core/simulator/fluid/fluid-step.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { stepLinkBytes } from '../../src/core/simulator/program/link-bytes.ts'
import { RoutedCollectives } from '../../src/core/simulator/program/routed-collectives.ts'
import { stagePrograms } from '../../src/core/simulator/program/stage-program.ts'
import { transferBytesOf } from '../../src/core/simulator/program/transfer-bytes.ts'
import { events, prepared, type Prepared } from './event-fixture.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

const workload = workloadOf('gpt-6.7b', { globalBatch: 8, sequenceLength: 2048 })
const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)
const scores = ['attention.scores']

const routed = ({ network, machine, design, mapping }: Prepared): RoutedCollectives =>
  new RoutedCollectives(network, machine, design.model.axes, mapping)

const fluid_s = (one: Prepared): number => sumOf(Object.values(fluidStep(one.design, routed(one)).time_s))

const recorded = (one: Prepared): readonly TimelineEvent[] => {
  const all: TimelineEvent[] = []
  events(one, { resolution: 'stage', record: (event) => all.push(event) })
  return all
}

describe('tensors on the way to the offload memory and back', () => {
  const machineAt = (overlap: number): Machine =>
    machineOf(mergeChip(chipPreset('a100-80gb'), { execution: { overlap } }, 8))
  const offloading = (machine: Machine, offload: readonly string[]): Mapping => {
    const mapping = mappingOf(workload, machine, { tensorParallel: 8, dataParallel: 1 })
    return { ...mapping, plans: { ...mapping.plans, dense: { ...mapping.plans.dense!, offload: [...offload] } } }
  }

  it.each([0, 0.18, 0.5, 1])('take what closed forms say where nothing else moves: overlap $0', (overlap) => {
    const machine = machineAt(overlap)
    const extra = (step: (mapping: Mapping) => number): number =>
      step(offloading(machine, scores)) - step(offloading(machine, []))
    const analytic_s = extra((mapping) => evaluate(workload, machine, mapping).iterationTime_s)
    const steps = (mapping: Mapping): Prepared => prepared(workload, machine, mapping)
    expect(analytic_s).toBeGreaterThan(0)
    // Collectives inside the step are waited for while tensors move, so that what is left of these is less.
    expect(extra((mapping) => events(steps(mapping)).time_s)).toBeLessThanOrEqual(analytic_s * (1 + 1e-9))
    expect(extra((mapping) => fluid_s(steps(mapping)))).toBeLessThanOrEqual(analytic_s * (1 + 1e-9))
    if (overlap > 0) return
    expect(extra((mapping) => events(steps(mapping)).time_s)).toBeCloseTo(analytic_s, 9)
    expect(extra((mapping) => fluid_s(steps(mapping)))).toBeCloseTo(analytic_s, 9)
  })

  it('are on a lane of their own, out under each forward pass and back under each backward pass', () => {
    const machine = machineAt(0.5)
    const moved = recorded(prepared(workload, machine, offloading(machine, scores))).filter(
      ({ lane }) => lane === 'offload'
    )
    const bytes = (name: string): number =>
      sumOf(moved.filter((event) => event.name === name).map((event) => event.bytes!))
    // 5 a s^2 b bytes of each of 32 layers, cut by 8, for 8 micro-batches.
    expect(bytes('tensors out')).toBeCloseTo((8 * 32 * 5 * 32 * 2048 ** 2) / 8, -1)
    expect(bytes('tensors back')).toBe(bytes('tensors out'))
  })
})

describe('tensors on the way to a helper and back', () => {
  const wafer = waferOf({ execution: { overlap: 0 }, grid: { rows: 1, columns: 8 } })
  /** Four stages of two dies in a row. */
  const kept = mappingOf(workload, wafer, { tensorParallel: 2, pipelineParallel: 4, dataParallel: 1 })
  const helpedBy = (helper: number): Mapping => ({
    ...kept,
    helpers: [[0, helper]],
    plans: { ...kept.plans, lent: { ...kept.plans.dense!, recompute: [], offload: scores } },
    stages: kept.stages.map(({ layers }, stage) => ({
      layers: layers.map((run) => (run.class === 'dense' && stage === 0 ? { ...run, plan: 'lent' } : run))
    }))
  })

  it('are on every link they cross', () => {
    const one = prepared(workload, wafer, helpedBy(3))
    const collectives = routed(one)
    const told = stepLinkBytes(
      one.design,
      stagePrograms(one.design, one.stages),
      collectives,
      transferBytesOf(one.design)
    )
    const { linkBytes } = events(one)
    linkBytes.forEach((bytes, link) => expect(bytes).toBeCloseTo(told[link]!, -3))
    const before = sumOf(events(prepared(workload, wafer, kept)).linkBytes)
    // 8 layers, 8 micro-batches, two ways, six links to the fourth stage.
    const scores_B = (5 * 32 * 2048 ** 2) / 2
    expect(sumOf(linkBytes) - before).toBeCloseTo(2 * 8 * 8 * 2 * 6 * scores_B, -6)
  })

  it('take what closed forms say where nobody meets them, and longer where others do', () => {
    const one = prepared(workload, wafer, helpedBy(3))
    const scores_B = (5 * 32 * 2048 ** 2) / 2
    const { latency_s, perByte_s } = wafer.transfer([0, 0], [0, 6], kept.region)
    const way_s = latency_s + scores_B * Math.max(perByte_s, 1 / wafer.engine.memoryBandwidth_Bps)
    const times_s = recorded(one)
      .filter(({ lane }) => lane === 'offload')
      .map(({ start_s, end_s }) => end_s - start_s)
    expect(Math.min(...times_s)).toBeCloseTo(way_s, 9)
    // Activations of the stages between share the links.
    expect(Math.max(...times_s)).toBeGreaterThan(1.01 * way_s)
    expect(fluid_s(one)).toBeGreaterThan(fluid_s(prepared(workload, wafer, kept)))
  })
})

describe('a table that both ends of a pipeline hold', () => {
  const gpt = { name: 'gpt', layers: 16, hidden: 2048, heads: 16, vocabulary: 51_200, tiedEmbeddings: true }
  const small = workloadOf(gpt, { globalBatch: 32, sequenceLength: 1024 })
  const machine = waferOf()
  const one = prepared(
    small,
    machine,
    mappingOf(small, machine, { tensorParallel: 4, pipelineParallel: 4, dataParallel: 2 })
  )
  const last = one.design.stages.length - 1
  const all = recorded(one)
  const exchanges = all.filter(({ name }) => name === 'table gradients')
  const of = (stage: number, activity: string): readonly TimelineEvent[] =>
    all.filter((event) => event.stage === stage && event.activity === activity)

  it('is summed once both ends have their sums, before their optimisers and while no other stage waits', () => {
    expect(exchanges.map(({ stage }) => stage).sort()).toEqual([0, last])
    const [{ start_s, end_s }] = exchanges as [TimelineEvent]
    for (const stage of [0, last]) {
      const [optimizer] = of(stage, 'optimizer')
      expect(optimizer!.start_s).toBe(end_s)
      for (const sum of of(stage, 'all-reduce').filter(({ lane }) => lane === 'synchronisation'))
        expect(sum.end_s).toBeLessThanOrEqual(start_s)
    }
    expect(of(1, 'optimizer')[0]!.start_s).toBeLessThan(end_s)
  })

  it('takes its closed form within 1% on an idle mesh', () => {
    const [{ start_s, end_s }] = exchanges as [TimelineEvent]
    expect(Math.abs((end_s - start_s) / one.design.frame.tiedSync_s - 1)).toBeLessThan(0.01)
  })
})
