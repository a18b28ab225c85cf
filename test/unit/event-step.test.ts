import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { fastest_s } from '../../src/core/simulator/collective-cost.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { simulatorLevels } from '../../src/core/simulator/evaluation.ts'
import { Jitter } from '../../src/core/simulator/event/jitter.ts'
import type { TimelineEvent } from '../../src/core/simulator/event/timeline.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import { stagePrograms } from '../../src/core/simulator/program/stage-program.ts'
import { events, prepared, type Prepared } from './event-fixture.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'
import type { StrategyInput } from '../../src/core/mapping/strategy.ts'

const gpt = { name: 'gpt', layers: 16, hidden: 2048, heads: 16, vocabulary: 2048 }
const step = (strategy: StrategyInput, chip: Record<string, unknown> = {}, overlap?: number): Prepared => {
  const workload = workloadOf(gpt, { globalBatch: 32, sequenceLength: 1024 })
  const machine = waferOf(chip, overlap)
  return prepared(workload, machine, mappingOf(workload, machine, strategy))
}
const told = (one: Prepared): readonly TimelineEvent[] => {
  const all: TimelineEvent[] = []
  events(one, { resolution: 'stage', record: (event) => all.push(event) })
  return all
}

describe('a collective on an idle mesh', () => {
  it.each([
    ['all-reduce of gradients over 4 replicas', { tensorParallel: 1, dataParallel: 4 }],
    ['all-reduce of gradients over 8 replicas', { tensorParallel: 1, dataParallel: 8 }],
    ['all-reduce of gradients over 56 replicas', { tensorParallel: 1, dataParallel: 56 }]
  ] as const)('takes its closed form within 1%%: %s', (_name, strategy) => {
    const workload = workloadOf(gpt, { globalBatch: 56 * 4, sequenceLength: 1024 })
    const machine = waferOf({ execution: { gradientOverlap: 0 } })
    const one = prepared(workload, machine, mappingOf(workload, machine, strategy))
    const [program] = stagePrograms(one.design, one.stages)
    expect(program!.synchronisation.map(({ kind, group }) => `${kind} ${group}`)).toEqual(['all-reduce replicas'])
    const closed_s = fastest_s(one.design.model.context.dataGroup.allReduce, program!.synchronisation[0]!.bytes)
    const { breakdown_s } = events(one)
    expect(Math.abs(breakdown_s.dataCommunication / closed_s - 1)).toBeLessThan(0.01)
  })

  it('takes its closed form within 1%: gathers and scatters of sequence parallelism', () => {
    const one = step({ tensorParallel: 4, dataParallel: 1, sequenceParallel: true }, {}, 0)
    const analytic_s = one.design.frame.microBatches * one.stages[plan.TENSOR_COMMUNICATION_S]!
    expect(Math.abs(events(one).breakdown_s.tensorCommunication / analytic_s - 1)).toBeLessThan(0.01)
  })
})

describe('the parts of the time', () => {
  it('count tokens on their way to experts of other replicas among the tensors, at every level', () => {
    const experts = { ...gpt, moe: { experts: 8, topK: 2, expertHidden: 2048 } }
    const workload = workloadOf(experts, { globalBatch: 32, sequenceLength: 1024 })
    const machine = waferOf({ execution: { overlap: 0 } })
    const mapping = mappingOf(workload, machine, { tensorParallel: 1, dataParallel: 8, expertParallel: 8 })
    const [analytic, fluid, event] = simulatorLevels.map(
      (level) => evaluateAt(level, workload, machine, mapping).time_s
    )
    expect(analytic!.tensorCommunication).toBeGreaterThan(0)
    for (const time_s of [fluid!, event!]) {
      expect(time_s.tensorCommunication / analytic!.tensorCommunication).toBeGreaterThan(0.9)
      expect(time_s.tensorCommunication / analytic!.tensorCommunication).toBeLessThan(1.5)
      expect(time_s.dataCommunication).toBeLessThan(analytic!.dataCommunication + 0.5 * analytic!.tensorCommunication)
    }
  })
})

describe('micro-batches that are folded', () => {
  it('leave a pipeline to the last bit where it would be, though its stages disturb each other so that rounding decides who meets whom', () => {
    const small = { name: 'gpt', layers: 16, hidden: 512, heads: 8, vocabulary: 1024 }
    const workload = workloadOf(small, { globalBatch: 64, sequenceLength: 256 })
    const machine = waferOf({
      links: { bandwidthPerEdge_Bps: 2e9, latency_s: 0 },
      execution: { overlap: 0, gradientOverlap: 0 }
    })
    const degrees = {
      schedule: 'gpipe',
      pipelineParallel: 4,
      contextParallel: 2,
      dataParallel: 2,
      zeroStage: 2
    } as const
    const strategy = { ...degrees, tensorParallel: 1, recompute: 'none' } as const
    const changes = (['ring', 'tree', 'best'] as const).map((collectives) => {
      const one = prepared(workload, machine, mappingOf(workload, machine, strategy, { microBatch: 1, collectives }))
      const short = events(one, { resolution: 'stage' })
      expect(short.foldedMicroBatches).toBeGreaterThan(0)
      expect(short.time_s).toBe(events(one, { resolution: 'stage', unfolded: true }).time_s)
      const longer = events(one, { resolution: 'stage', computeTime: (_actor, compute_s) => compute_s * (1 + 1e-10) })
      return Math.abs(longer.time_s / short.time_s - 1)
    })
    // So sensitive are such steps: compute that is longer by 1e-10 makes another step of them.
    expect(Math.max(...changes)).toBeGreaterThan(1e-4)
  })
})

describe('a tensor-parallel step on an idle mesh', () => {
  const genes = ['best', 'ring', 'tree', 'chain', 'two-dimensional', 'halving-doubling', 'hierarchical'] as const

  it.each(genes)('takes what closed forms, or the flows of its algorithm, take within 1%: $0', (collectives) => {
    // Short messages, of which hops are most of the time, and long ones.
    for (const sequenceLength of [64, 1024])
      for (const [tensorParallel, tensorRows] of [
        [8, 2],
        [16, 4]
      ] as const)
        for (const sequenceParallel of [false, true]) {
          const workload = workloadOf(gpt, { globalBatch: 4, sequenceLength })
          const machine = waferOf({}, 0)
          const strategy = { tensorParallel, dataParallel: 1, sequenceParallel }
          const mapping = { ...mappingOf(workload, machine, strategy, { microBatch: 1, tensorRows }), collectives }
          const one = prepared(workload, machine, mapping)
          const analytic_s = one.design.frame.microBatches * one.stages[plan.TENSOR_COMMUNICATION_S]!
          const ratio = events(one).breakdown_s.tensorCommunication / analytic_s
          expect(Math.abs(ratio - 1), `${tensorParallel} dies, ${sequenceLength} tokens`).toBeLessThan(0.01)
        }
  })

  it('starts a collective once where the overlap setting hides a part of it', () => {
    const slow = { links: { bandwidthPerEdge_Bps: 1e30, latency_s: 1e-4 } }
    const waits = (overlap: number): number =>
      events(step({ tensorParallel: 8, dataParallel: 1, sequenceParallel: true }, slow, overlap)).breakdown_s
        .tensorCommunication
    // Latency alone: half of what can hide does, and nothing is added.
    expect(waits(0.5)).toBeLessThanOrEqual(waits(0) * (1 + 1e-9))
  })
})

describe('a step whose communication takes longer than the compute beside it', () => {
  const workload = workloadOf(gpt, { globalBatch: 32, sequenceLength: 1024 })

  it.each([
    ['sharded weights', { tensorParallel: 1, dataParallel: 8, zeroStage: 3 }],
    ['scattered gradients', { tensorParallel: 1, dataParallel: 8, zeroStage: 2 }],
    ['sequence parallelism', { tensorParallel: 8, dataParallel: 1, sequenceParallel: true }],
    ['both', { tensorParallel: 4, dataParallel: 4, sequenceParallel: true, zeroStage: 2 }]
  ] as const)('hides as much of it as closed forms say, at any overlap: %s', (_name, strategy) => {
    for (const overlap of [0, 0.25, 0.5, 0.75, 1]) {
      const machine = { ...waferOf({ links: { bandwidthPerEdge_Bps: 5e10 } }, overlap), gradientOverlap: 0 }
      const mapping = mappingOf(workload, machine, strategy)
      const closed_s = evaluate(workload, machine, mapping).iterationTime_s
      const event_s = events(prepared(workload, machine, mapping)).time_s
      expect(Math.abs(event_s / closed_s - 1), `overlap ${overlap}`).toBeLessThan(0.01)
    }
  })
})

describe('gradients', () => {
  const schedules = ['gpipe', '1f1b', 'interleaved', 'zb-h1', 'zb-v'] as const

  it.each(schedules)('are synchronised no sooner than the last micro-batch that adds to them runs: %s', (schedule) => {
    const virtualStages = schedule === 'interleaved' ? 2 : 1
    const all = told(
      step(
        { pipelineParallel: 4, tensorParallel: 1, dataParallel: 4, schedule, virtualStages },
        { execution: { gradientOverlap: 1 } }
      )
    )
    const adds = new Set(['input-gradient', 'weight-gradient'])
    for (let stage = 0; stage < 4; stage++) {
      const own = all.filter((event) => event.stage === stage)
      const tasks = own.filter(
        ({ lane, activity, name }) => lane === 'task' && adds.has(activity) && name !== 'input-gradient'
      )
      // Of each chunk the task that adds last; whichever chunk is first may be synchronised from the start of its last task on.
      const lastStarts = new Map<number, number>()
      for (const { chunk, start_s } of tasks) lastStarts.set(chunk, Math.max(start_s, lastStarts.get(chunk) ?? 0))
      const first_s = Math.min(...own.filter(({ lane }) => lane === 'synchronisation').map(({ start_s }) => start_s))
      expect(first_s).toBeGreaterThanOrEqual(Math.min(...lastStarts.values()))
    }
  })

  it('are whole on every die before its optimiser runs, where state is not sharded', () => {
    for (const zeroStage of [0, 1] as const) {
      const one = step({ tensorParallel: 2, dataParallel: 4, sequenceParallel: true, zeroStage })
      for (const { gradients, weights, synchronisation } of stagePrograms(one.design, one.stages)) {
        expect(weights.length > 0).toBe(zeroStage > 0)
        expect([...gradients, ...weights].length).toBe(synchronisation.length)
      }
    }
  })
})

describe('stages as actors', () => {
  const strategy = { pipelineParallel: 4, tensorParallel: 2, dataParallel: 2, sequenceParallel: true } as const

  it('say what every die does where groups load links alike', () => {
    const one = step(strategy)
    const die = events(one, { resolution: 'die' })
    for (const resolution of ['region', 'stage'] as const) {
      const { time_s } = events(one, { resolution })
      expect(Math.abs(time_s / die.time_s - 1)).toBeLessThan(1e-9)
    }
    expect(events(one).resolution).toBe('die')
  })
})

describe('jitter', () => {
  const one = step({ pipelineParallel: 4, tensorParallel: 2, dataParallel: 2 })
  const time_s = (jitter: Partial<Jitter>): number => events(one, { jitter: Jitter.parse(jitter) }).time_s
  const mean_s = (jitter: Partial<Jitter>): number =>
    Array.from({ length: 8 }, (_, seed) => time_s({ ...jitter, seed })).reduce((sum, time) => sum + time, 0) / 8

  it('of nothing changes nothing', () => {
    expect(events(one, { jitter: Jitter.parse({ seed: 3, stragglers: 1 }) })).toEqual(events(one))
  })

  it('is as its seed says', () => {
    expect(time_s({ variation: 0.1, seed: 5 })).toBe(time_s({ variation: 0.1, seed: 5 }))
    expect(time_s({ variation: 0.1, seed: 5 })).not.toBe(time_s({ variation: 0.1, seed: 6 }))
  })

  it('slows a step more the more dies vary, because all wait for the slowest', () => {
    const times = [0, 0.05, 0.1, 0.3].map((variation) => mean_s({ variation }))
    times.slice(1).forEach((slower, index) => expect(slower).toBeGreaterThan(times[index]!))
  })

  it('slows all compute alike when every die is a straggler', () => {
    const plainly = events(one, { resolution: 'stage' }).breakdown_s
    const slowly = events(one, {
      resolution: 'stage',
      jitter: Jitter.parse({ stragglers: 1, slowdown: 1.5 })
    }).breakdown_s
    expect(slowly.compute / plainly.compute).toBeCloseTo(1.5, 9)
    expect(slowly.optimizer / plainly.optimizer).toBeCloseTo(1.5, 9)
  })

  it('of a stage is that of the slowest of its dies', () => {
    const jitter = Jitter.parse({ variation: 0.2, seed: 1 })
    expect(events(one, { resolution: 'stage', jitter }).breakdown_s.compute).toBeGreaterThan(
      events(one, { resolution: 'die', jitter }).breakdown_s.compute
    )
  })
})

describe('a cluster', () => {
  it('of 3,072 devices is simulated in seconds', () => {
    const workload = workloadOf('gpt3-175b', { globalBatch: 1536, sequenceLength: 2048, attention: 'flash' })
    const machine = machineOf(mergeChip(chipPreset('a100-80gb'), { devices: 3072 }))
    const strategy = { pipelineParallel: 8, tensorParallel: 8, zeroStage: 1, sequenceParallel: true } as const
    const one = prepared(workload, machine, mappingOf(workload, machine, strategy))
    const { time_s, resolution } = events(one)
    expect(resolution).toBe('stage')
    const { iterationTime_s } = evaluate(workload, machine, one.mapping)
    expect(Math.abs(time_s / iterationTime_s - 1)).toBeLessThan(0.01)
  }, 20_000)
})
