import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choicesOf, valueOf, withGene, withOwnPlan, type PlanGene } from '../../src/core/mapping/edit-plan.ts'
import { regionAxes } from '../../src/core/mapping/region.ts'
import { findEvents } from '../../src/core/report/find-events.ts'
import { differencesFrom, mappingRows, stagesWords } from '../../src/core/report/mapping-rows.ts'
import { memorySeries, overflowOf, peak_B } from '../../src/core/report/memory-view.ts'
import { rooflinePoints, roofsOf } from '../../src/core/report/roofline.ts'
import { stepBars, stepGroupings, total_s, unaccounted_s } from '../../src/core/report/step-bars.ts'
import {
  bubbleShares,
  criticalSums,
  dependenciesOf,
  kindOfEvent,
  sumsOf,
  timelineBars,
  timelineRows
} from '../../src/core/report/timeline-bars.ts'
import { TASK } from '../../src/core/simulator/event/timeline-columns.ts'
import { chartThemes } from '../../src/core/report/charts/chart-theme.ts'
import { timelinesChart } from '../../src/core/report/charts/timelines-chart.ts'
import { stepInsight, timelineInsight } from '../../src/core/simulator/insight/step-insight.ts'
import { stepOf } from '../fixtures/exported-step.ts'
import { legalCases } from './arbitrary-mapping.ts'

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

describe('the parts of a step', () => {
  it('sum to it by operator and by layer, and fill it on every stage and die', () => {
    fc.assert(
      fc.property(legalCases, (step) => {
        const insight = stepInsight(step, 'analytic')
        const { iterationTime_s } = insight.evaluation
        for (const grouping of stepGroupings) {
          const bars = stepBars(insight, step, grouping, insight.stages.criticalStage)
          expect(Math.abs(unaccounted_s(bars, grouping, iterationTime_s))).toBeLessThanOrEqual(1e-9 * iterationTime_s)
          for (const { parts_s } of bars) expect(total_s(parts_s)).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 40 }
    )
  })

  it('leave every operator below the roofs of its die', () => {
    fc.assert(
      fc.property(legalCases, (step) => {
        const { peak_flops, bandwidth_Bps } = roofsOf(step.machine)
        for (const { rate_flops, intensity } of rooflinePoints(stepInsight(step, 'analytic'), step))
          expect(rate_flops).toBeLessThanOrEqual(Math.min(peak_flops, intensity * bandwidth_Bps) * (1 + 1e-9))
      }),
      { numRuns: 40 }
    )
  })
})

describe('the rows of a mapping', () => {
  it('stand for every layer of the model once', () => {
    fc.assert(
      fc.property(legalCases, (step) => {
        const rows = mappingRows(stepInsight(step, 'analytic'), step)
        expect(sum(rows.filter(({ kind }) => kind === 'layers').map(({ layers }) => layers))).toBe(
          step.workload.chain.length
        )
        const differences = differencesFrom(step.mapping)
        for (const row of rows) expect(differences(row)).toEqual({})
      }),
      { numRuns: 40 }
    )
  })

  it('change in the one gene that a person changes', () => {
    const { workload, mapping } = stepOf({ strategy: { tensorParallel: 4 } })
    for (const layer of workload.classes) {
      const plan = mapping.stages[0]!.layers.find((run) => run.class === layer.name)!.plan
      for (const { main, stored } of layer.steps) {
        const genes: PlanGene[] = [
          ...regionAxes(mapping.region).map(
            ({ name: axis }) => ({ kind: 'role', plan, operator: main.name, axis }) as const
          ),
          ...stored
            .filter(({ unit }) => unit !== undefined)
            .map(({ name: tensor }) => ({ kind: 'tensor', plan, tensor }) as const)
        ]
        for (const gene of genes)
          for (const value of choicesOf(gene, layer)) {
            const changed = withGene(mapping, gene, value)
            expect(valueOf(changed, gene)).toBe(value)
            expect(withGene(changed, gene, valueOf(mapping, gene))).toEqual(mapping)
          }
      }
    }
  })

  it('tell stages in spans', () => expect(stagesWords([0, 2, 3, 4, 7])).toBe('0, 2–4, 7'))
})

describe('a plan of a stage’s own', () => {
  it('changes that stage alone: the step is the same until a gene of it is, and other stages keep theirs', () => {
    fc.assert(
      fc.property(legalCases, fc.nat(), (step, pick) => {
        const { mapping } = step
        const stage = pick % mapping.stages.length
        for (const { plan: name } of mapping.stages[stage]!.layers) {
          const { mapping: apart, plan } = withOwnPlan(mapping, name, stage)
          expect(apart.plans[plan]).toEqual(mapping.plans[name])
          for (const [at, { layers }] of apart.stages.entries()) {
            expect(layers.map((run) => run.count)).toEqual(mapping.stages[at]!.layers.map((run) => run.count))
            if (at !== stage) expect(layers).toEqual(mapping.stages[at]!.layers)
            if (at !== stage) expect(layers.map((run) => run.plan)).not.toContain(plan === name ? undefined : plan)
          }
          const [before, after] = [mapping, apart].map(
            (one) => stepInsight({ ...step, mapping: one }, 'analytic').evaluation.iterationTime_s
          )
          expect(after).toBe(before)
          expect(withOwnPlan(apart, plan, stage)).toEqual({ mapping: apart, plan })
        }
      }),
      { numRuns: 30 }
    )
  })
})

describe('a step in time', () => {
  const step = stepOf({ strategy: { tensorParallel: 2, pipelineParallel: 4 } })
  const insight = stepInsight(step, 'analytic')
  const { timeline, critical, memory, time_s } = timelineInsight(step)
  const rows = timelineRows([0, 1, 2, 3], false)

  it('is as busy in intervals as in single bars, and its sums know no zoom', () => {
    const filled = (most: number): number =>
      sum(
        timelineBars(timeline, rows, [0, time_s], most)
          .bars.filter(({ row }) => rows[row]!.what === 'tasks')
          .map(({ from_s, to_s, share }) => share * (to_s - from_s))
      )
    expect(timelineBars(timeline, rows, [0, time_s], 10).isBinned).toBe(true)
    expect(filled(10)).toBeCloseTo(filled(1e6), 9)
    const halves = [sumsOf(timeline, [0, time_s / 2]), sumsOf(timeline, [time_s / 2, time_s])]
    for (const { kind, total_s: whole_s } of sumsOf(timeline, [0, time_s]))
      expect(sum(halves.map((half) => half.find((one) => one.kind === kind)?.total_s ?? 0))).toBeCloseTo(whole_s, 9)
  })

  it('has a critical path whose kinds sum to the step, and stages that idle as the tasks leave them', () => {
    expect(sum(criticalSums(timeline, critical).map(({ total_s: part_s }) => part_s))).toBeCloseTo(time_s, 9)
    for (const share of bubbleShares(timeline, 4, time_s)) {
      expect(share).toBeGreaterThan(0)
      expect(share).toBeLessThan(1)
    }
  })

  it('stands beside another on one axis, on which each step is as long and as busy as it is', () => {
    const half = timelineInsight(stepOf({ strategy: { tensorParallel: 4, pipelineParallel: 2 } }))
    const designs = [
      { name: 'four stages', stages: 4, step: { time_s, timeline } },
      { name: 'two stages', stages: 2, step: half }
    ]
    const chart = timelinesChart(designs, chartThemes.print)
    expect(chart.option['xAxis']).toMatchObject({ min: 0, max: Math.max(time_s, half.time_s) })
    const { columns, rows: told } = chart.sheet()
    expect(told.map(([name, stage]) => `${name} ${stage}`)).toEqual([
      ...[0, 1, 2, 3].map((stage) => `four stages ${stage}`),
      ...[0, 1].map((stage) => `two stages ${stage}`)
    ])
    const firstKind = columns.findIndex(({ key }) => key === 'bubble') + 1
    for (const row of told) {
      const [step_s, bubble] = [Number(row[2]), Number(row[3])]
      expect(sum(row.slice(firstKind).map(Number))).toBeCloseTo((1 - bubble) * step_s, 9)
    }
  })

  it('finds events by words and micro-batch, all of them and in the order in which they begin', () => {
    const found = findEvents(timeline, ' Backward 3 ')
    const tasks = found.filter((event) => timeline.lane[event] === TASK)
    expect(tasks.map((event) => timeline.stage[event]).toSorted()).toEqual([0, 1, 2, 3])
    for (const event of found) expect(timeline.microBatch[event]).toBe(3)
    for (const [at, event] of found.entries())
      if (at > 0) expect(timeline.start_s[event]!).toBeGreaterThanOrEqual(timeline.start_s[found[at - 1]!]!)
    const kinds = findEvents(timeline, 'transfer').map((event) => kindOfEvent(timeline, event))
    expect(new Set(kinds)).toEqual(new Set(['Transfer']))
    expect(findEvents(timeline, ' ')).toEqual([])
    expect(findEvents(timeline, '<b>')).toEqual([])
  })

  it('has tasks that wait for what the stage before sends', () => {
    const second = Array.from(timeline.stage.keys()).find(
      (event) =>
        timeline.lane[event] === TASK &&
        timeline.stage[event] === 1 &&
        timeline.labels[timeline.name[event]!] === 'forward'
    )!
    const { before } = dependenciesOf(timeline, second)
    expect(before.map((event) => timeline.stage[event])).toContain(0)
    for (const event of before) expect(timeline.end_s[event]!).toBeLessThanOrEqual(timeline.start_s[second]!)
  })

  it('fills memory, category by category, up to the peak of the evaluation', () => {
    for (const curve of memory) {
      const { categories } = memorySeries(insight.memory, curve)
      const totals = curve.time_s.map((_time, at) => sum(Object.values(categories).map((bytes) => bytes[at]!)))
      totals.forEach((bytes, at) => expect(bytes / curve.inUse_B[at]!).toBeCloseTo(1, 9))
      expect(Math.max(...totals) / peak_B(insight.memory, curve.stage)).toBeCloseTo(1, 9)
    }
  })

  it('names the first tensor that does not fit, and nothing where all fits', () => {
    const [curve] = memory
    expect(overflowOf(insight.memory, curve!)).toBeUndefined()
    const fullest = Math.max(...curve!.inUse_B)
    const tight = overflowOf({ ...insight.memory, capacity_B: fullest - 1 }, curve!)!
    expect(tight.item.category).toBe('activations')
    expect(tight.missing_B).toBeLessThanOrEqual(tight.item.bytes)
    expect(overflowOf({ ...insight.memory, capacity_B: 1 }, curve!)).toMatchObject({
      time_s: 0,
      item: { category: 'weights' }
    })
  })
})
