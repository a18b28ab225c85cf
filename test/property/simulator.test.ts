import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roleFacts, roleCode } from '../../src/core/mapping/axis-roles.ts'
import { regionAxes, regionDies } from '../../src/core/mapping/region.ts'
import { designOf, fillStages } from '../../src/core/simulator/design.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import type { Machine } from '../../src/core/simulator/machine.ts'
import * as pipeline from '../../src/core/simulator/pipeline.ts'
import * as plan from '../../src/core/simulator/plan-cost.ts'
import { stageCosts, waferOf } from '../unit/simulator-fixture.ts'
import { legalCases, type Case } from './arbitrary-mapping.ts'

const time_s = ({ workload, mapping }: Case, machine: Machine): number =>
  evaluate(workload, machine, mapping).iterationTime_s

const overlapOf = ({ override }: Case): number => (override.execution as { overlap: number }).overlap
const scaled = (value: unknown, factor: number): number => (value as number) * factor

const runs = { numRuns: 300 }

describe('any legal mapping on any wafer', () => {
  it('has categories of time and memory that sum to their totals to the last bit', () => {
    fc.assert(
      fc.property(legalCases, ({ workload, machine, mapping }) => {
        const evaluation = evaluate(workload, machine, mapping)
        const { compute, recompute, tensorCommunication, pipelineCommunication } = evaluation.time_s
        const { dataCommunication, bubble, optimizer, other } = evaluation.time_s
        expect(
          compute +
            recompute +
            tensorCommunication +
            pipelineCommunication +
            dataCommunication +
            bubble +
            optimizer +
            other
        ).toBe(evaluation.iterationTime_s)
        for (const part of Object.values(evaluation.time_s)) expect(part).toBeGreaterThanOrEqual(-1e-15)
        for (const memory_B of [evaluation.memory_B, ...evaluation.stages.map((stage) => stage.memory_B)]) {
          const { peak, weights, gradients, optimizer: adam, activations, workspace } = memory_B
          expect(weights + gradients + adam + activations + workspace).toBe(peak)
        }
        expect(evaluation.memory_B.peak).toBe(Math.max(...evaluation.stages.map(({ memory_B }) => memory_B.peak)))
      }),
      runs
    )
  })

  it('takes the time that the search reads off the same stages', () => {
    fc.assert(
      fc.property(legalCases, ({ workload, machine, mapping }) => {
        const design = designOf(workload, machine, mapping)
        const stages = new Float64Array(design.stages.length * plan.PLAN_COLUMNS)
        fillStages(design, new Float64Array(design.plans.length * plan.PLAN_COLUMNS), stages)
        const out = new Float64Array(pipeline.STEP_COLUMNS)
        pipeline.simulateStep(design.frame, stages, design.stages.length, out)
        const evaluation = evaluate(workload, machine, mapping)
        expect(out[pipeline.TIME_S]! / evaluation.iterationTime_s).toBeCloseTo(1, 9)
        expect(out[pipeline.PEAK_B]! / evaluation.memory_B.peak).toBeCloseTo(1, 9)
      }),
      runs
    )
  })

  it('never takes less than the lower bound', () => {
    fc.assert(
      fc.property(legalCases, ({ workload, machine, mapping }) => {
        const { iterationTime_s, lowerBound } = evaluate(workload, machine, mapping)
        expect(lowerBound.iterationTime_s).toBeLessThanOrEqual(iterationTime_s * (1 + 1e-12))
      }),
      { numRuns: 1000 }
    )
  })

  it('is never slower on faster links, memory or arrays, nor with more overlap or fewer hops of delay', () => {
    const execution = (one: Case, change: object): object => ({ ...(one.override.execution as object), ...change })
    const links = ({ override }: Case) => override.links as { bandwidthPerEdge_Bps: number; latency_s: number }
    const better: readonly ((one: Case, factor: number) => Record<string, unknown>)[] = [
      (one, factor) => ({ links: { ...links(one), bandwidthPerEdge_Bps: links(one).bandwidthPerEdge_Bps * factor } }),
      (one, factor) => ({ links: { ...links(one), latency_s: links(one).latency_s / factor } }),
      (one, factor) => ({
        memory: {
          stackBandwidth_Bps: scaled((one.override.memory as Record<string, unknown>).stackBandwidth_Bps, factor)
        }
      }),
      (_one, factor) => ({ die: { clock_Hz: 2e9 * factor } }),
      (_one, factor) => ({ die: { sramPerCore_B: 1310720 * factor } }),
      (one) => ({ execution: execution(one, { overlap: overlapOf(one) + (1 - overlapOf(one)) / 2 }) }),
      (one) => ({ execution: execution(one, { launchOverhead_s: 0 }) })
    ]
    fc.assert(
      fc.property(
        legalCases,
        fc.constantFrom(...better),
        fc.double({ min: 1, max: 8, noNaN: true }),
        (one, improve, factor) => {
          // ZB-H1's published fill F + B - W falls as a stage's W grows, also where that stage is not the slowest.
          fc.pre(one.mapping.schedule.name !== 'zb-h1')
          const faster = waferOf({ ...one.override, ...improve(one, factor) })
          expect(time_s(one, faster)).toBeLessThanOrEqual(time_s(one, one.machine) * (1 + 1e-9))
        }
      ),
      { numRuns: 1500 }
    )
  })

  it('hides no more communication than it computes: one second of arithmetic covers one second of transfers', () => {
    const slow = { links: { bandwidthPerEdge_Bps: 2e10, latency_s: 0 } }
    fc.assert(
      fc.property(legalCases, ({ workload, override, mapping }) => {
        const stagesAt = (overlap: number) => stageCosts(workload, waferOf({ ...override, ...slow }, overlap), mapping)
        const open = stagesAt(0)
        for (const [stage, costs] of stagesAt(1).entries()) {
          const sum = (from: Float64Array, ...columns: readonly number[]): number =>
            columns.reduce((total, column) => total + from[column]!, 0)
          const moved = [plan.TENSOR_COMMUNICATION_S, plan.DATA_COMMUNICATION_S]
          const computed = sum(costs, plan.FORWARD_S, plan.BACKWARD_S, plan.RECOMPUTE_S)
          expect(sum(open[stage]!, ...moved) - sum(costs, ...moved)).toBeLessThanOrEqual(computed * (1 + 1e-9))
        }
      }),
      { numRuns: 1000 }
    )
  })

  it('fits in more memory where it fits in less, and takes the same time', () => {
    fc.assert(
      fc.property(legalCases, fc.double({ min: 1e5, max: 1e9, noNaN: true }), ratioAbove1, (one, capacity, more) => {
        const { workload, mapping, override } = one
        const on = (stackCapacity_B: number) => {
          const memory = { ...(override.memory as object), stackCapacity_B }
          return evaluate(workload, waferOf({ ...override, memory }), mapping)
        }
        const little = on(capacity)
        const much = on(capacity * more)
        expect(much.iterationTime_s).toBe(little.iterationTime_s)
        expect(much.memory_B.peak).toBe(little.memory_B.peak)
        if (little.feasible) expect(much.feasible).toBe(true)
        expect(little.feasible).toBe(little.memory_B.peak <= 3 * capacity)
      }),
      runs
    )
  })
})

const ratioAbove1 = fc.double({ min: 1, max: 100, noNaN: true })

/** Dies of an operator's layout that repeat the same arithmetic: those on replicated axes. */
const repeats = (layout: Readonly<Record<string, string>>, axes: ReturnType<typeof regionAxes>): number =>
  axes.reduce((times, axis) => times * (layout[axis.name] === 'replicated' ? axis.size : 1), 1)

describe('the shards of any legal mapping', () => {
  it('do together the forward and twice the backward work of the whole', () => {
    fc.assert(
      fc.property(legalCases, ({ workload, machine, mapping }) => {
        const { training, model } = workload
        // Copied keys and values are computed more than once; their own test counts them.
        if (model.kvHeads !== model.heads) return
        const axes = regionAxes(mapping.region)
        const design = designOf(workload, machine, mapping)
        const costs = new Float64Array(plan.PLAN_COLUMNS)
        for (const code of design.plans) {
          plan.planCost(design.model, { ...code, recompute: code.recompute.map(() => 0) }, costs, 0)
          const layer = workload.classes[code.layerClass]!
          const tokens = mapping.microBatch * training.sequenceLength
          let whole = 0
          for (const { main } of layer.steps) {
            const perToken =
              main.kind === 'attention'
                ? 4 * training.sequenceLength * main.output
                : main.kind === 'linear'
                  ? 2 * main.output * main.reduction * (main.experts?.topK ?? 1)
                  : 0
            whole += perToken * tokens * repeats(mapping.plans[layer.name]!.operators[main.name]!, axes)
          }
          const together = costs[plan.MATRIX_FLOPS]! * regionDies(mapping.region)
          if (whole === 0) expect(together).toBe(0)
          else expect(together / whole).toBeCloseTo(3, 2)
        }
      }),
      runs
    )
  })

  it('hold together every parameter as often as it is replicated', () => {
    fc.assert(
      fc.property(legalCases, ({ workload, machine, mapping }) => {
        if (workload.model.kvHeads !== workload.model.heads || mapping.zeroStage === 3) return
        const axes = regionAxes(mapping.region)
        const dies = regionDies(mapping.region)
        const design = designOf(workload, machine, mapping)
        const costs = new Float64Array(plan.PLAN_COLUMNS)
        const copies = workload.model.tiedEmbeddings && mapping.stages.length > 1
        for (const code of design.plans) {
          plan.planCost(design.model, code, costs, 0)
          const layer = workload.classes[code.layerClass]!
          let held = 0
          for (const { main, before, after } of layer.steps) {
            const layout = mapping.plans[layer.name]!.operators[main.name]!
            const times = axes.reduce((product, axis) => {
              const facts = roleFacts[roleCode(main, layout[axis.name]!)!]!
              const cutsWeights =
                facts.streamed || facts.cuts === 'output' || facts.cuts === 'reduction' || facts.cuts === 'expert'
              return product * (cutsWeights ? 1 : axis.size)
            }, 1)
            const own = main.name === 'logits' && copies ? main.output * main.reduction : main.parameters
            held += (own * times) / (main.experts ? mapping.expertParallel : 1)
            for (const small of [...before, ...after]) held += small.parameters * dies
          }
          if (held === 0) expect(costs[plan.WEIGHTS_B]).toBe(0)
          else expect((costs[plan.WEIGHTS_B]! * dies) / (2 * held)).toBeCloseTo(1, 6)
        }
      }),
      runs
    )
  })
})
