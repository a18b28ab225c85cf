import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chartThemes } from '../../src/core/report/charts/chart-theme.ts'
import { waterfallChart } from '../../src/core/report/charts/waterfall-chart.ts'
import { comparisonGrid } from '../../src/core/report/comparison-grid.ts'
import { comparePoints } from '../../src/core/report/comparison.ts'
import { mappingDifference } from '../../src/core/report/mapping-difference.ts'
import { timeWaterfall } from '../../src/core/report/time-waterfall.ts'
import { chartSvg } from '../../src/drawing/chart-svg.ts'
import { exampleEvaluation, exampleKeptPoint, exampleMapping, exampleTime_s } from '../fixtures/kept-point.ts'

const mapping = exampleMapping()
const evaluated = (time_s: typeof exampleTime_s, tokens?: number) => {
  const plain = exampleEvaluation(mapping, { time_s })
  return tokens === undefined ? plain : { ...plain, tokensPerSecond: tokens / plain.iterationTime_s }
}

describe('why one design takes another time', () => {
  const seconds = fc.double({ min: 0, max: 1e3, noNaN: true })
  const times = fc.record({
    compute: fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
    recompute: seconds,
    tensorCommunication: seconds,
    pipelineCommunication: seconds,
    dataCommunication: seconds,
    bubble: seconds,
    optimizer: seconds,
    other: seconds
  })
  test('the parts sum to the difference, per step and per token', () => {
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 4 }), (first, second, batches) => {
        const [from, to] = [evaluated(first, 4096), evaluated(second, 4096 * batches)]
        const waterfall = timeWaterfall(from, to)
        expect(waterfall.of).toBe(batches === 1 ? 'step' : 'token')
        const sum = waterfall.steps.reduce((total, { change }) => total + change, 0)
        const scale = Math.max(waterfall.from, waterfall.to)
        expect(Math.abs(waterfall.from + sum - waterfall.to)).toBeLessThanOrEqual(scale * 1e-12)
      })
    )
  })

  test('a design against itself has no parts', () => {
    expect(timeWaterfall(evaluated(exampleTime_s), evaluated(exampleTime_s)).steps).toEqual([])
  })

  test('what only rounding makes different is no part', () => {
    const [from, to] = [exampleTime_s, { ...exampleTime_s, bubble: exampleTime_s.bubble * (1 + 2 ** -52), other: 0.5 }]
    expect(to.bubble).not.toBe(from.bubble)
    expect(timeWaterfall(evaluated(from), evaluated(to)).steps.map(({ key }) => key)).toEqual(['other_s'])
    expect(timeWaterfall(evaluated(from, 4096), evaluated(to, 8192)).of).toBe('token')
  })

  test('the bars reach from one total to the other, and say which way each part goes', () => {
    const faster = { ...exampleTime_s, recompute: 0, bubble: 0.25 }
    const chart = waterfallChart(
      { name: 'A', evaluation: evaluated(exampleTime_s) },
      { name: 'B', evaluation: evaluated(faster) },
      chartThemes.print
    )
    expect(chart.sheet().rows.map(([part, change]) => [part, change])).toEqual([
      ['A', null],
      ['Recompute', -0.125],
      ['Pipeline bubble', 0.125],
      ['B', null]
    ])
    const svg = chartSvg(chart)
    expect(svg).toContain('▼ −125 ms')
    expect(svg).toContain('▲ +125 ms')
  })
})

describe('where two mappings differ', () => {
  test('a mapping does not differ from itself under other names of plans', () => {
    const renamed = {
      ...mapping,
      plans: { other: mapping.plans['main']! },
      stages: mapping.stages.map(({ layers }) => ({ layers: layers.map((run) => ({ ...run, plan: 'other' })) }))
    }
    expect(mappingDifference(mapping, renamed)).toMatchObject({ differing: 0, total: 96 * 6 })
  })

  test('one operator of one stage counts once for each of its layers', () => {
    const plan = mapping.plans['main']!
    const changed = {
      ...mapping,
      plans: {
        ...mapping.plans,
        last: { ...plan, operators: { ...plan.operators, attention: { x: 'batch' as const } }, recompute: [] }
      },
      stages: mapping.stages.map(({ layers }, at) => ({
        layers: layers.map((run) => ({ ...run, plan: at === 3 ? 'last' : run.plan }))
      }))
    }
    const difference = mappingDifference(mapping, changed)
    expect(difference.differing).toBe(24)
    expect(difference.byOperator.filter(({ differing }) => differing > 0)).toEqual([
      { layerClass: 'dense', operator: 'attention', differing: 24, total: 96 }
    ])
    expect(difference.layers[95]!.tensors).toEqual(['attention.scores', 'mlp-up.output'])
  })

  test('an axis that splits nothing is no difference, other stages are told, a missing layer differs in all', () => {
    const plan = mapping.plans['main']!
    const same = { ...mapping, plans: { main: { ...plan, residual: { ...plan.residual, z: 'replicated' as const } } } }
    expect(mappingDifference(mapping, same).differing).toBe(0)
    expect(mappingDifference(mapping, exampleMapping(2)).layers[50]!.stages).toEqual([2, 1])
    const shorter = { ...mapping, stages: mapping.stages.slice(1) }
    expect(mappingDifference(mapping, shorter).differing).toBe(24 * 6)
  })
})

describe('a table of a comparison', () => {
  const slower = exampleKeptPoint({ evaluation: { time_s: { ...exampleTime_s, compute: 2 } } })
  const points = [exampleKeptPoint(), slower].map((point, at) => ({ name: `P${at + 1}`, point }))
  const view = { onlyDifferences: true, relative: false, transposed: false }
  const texts = (rows: readonly (readonly { text: string }[])[]) => rows.map((row) => row.map(({ text }) => text))

  test('has what differs against the chosen baseline, with arrow and sign', () => {
    const { rows, caption } = comparisonGrid(comparePoints(points, 1), ['P1', 'P2'], view)
    expect(caption).toBe('What differs, against P2')
    expect(texts(rows).find(([name]) => name === 'Time: Compute')).toEqual([
      'Time: Compute',
      '1.00 s ▼ −50.0%',
      '2.00 s'
    ])
    expect(texts(rows).some(([name]) => name === 'Memory: Weights')).toBe(false)
    expect(rows.find(([name]) => name!.text === 'Throughput')![1]!.tone).toBe('good')
  })

  test('turns round, shows changes alone, and shows all', () => {
    const comparison = comparePoints(points)
    const turned = comparisonGrid(comparison, ['P1', 'P2'], { ...view, transposed: true, relative: true })
    expect(turned.columns.map(({ title }) => title)).toContain('Time: Compute')
    expect(turned.rows.map((row) => row[0]!.text)).toEqual(['P1', 'P2'])
    expect(texts(turned.rows)[1]).toContain('▲ +100.0%')
    const all = comparisonGrid(comparison, ['P1', 'P2'], { ...view, onlyDifferences: false })
    expect(texts(all.rows).some(([name]) => name === 'Memory: Weights')).toBe(true)
  })
})
