import { expect, test } from 'vitest'
import type { Chart } from '../../src/core/report/charts/chart.ts'
import { chartThemes } from '../../src/core/report/charts/chart-theme.ts'
import { designsChart } from '../../src/core/report/charts/designs-chart.ts'
import { frontChart, shownFront } from '../../src/core/report/charts/front-chart.ts'
import { hatchPath } from '../../src/core/report/charts/hatching.ts'
import { memoryChart } from '../../src/core/report/charts/memory-chart.ts'
import { memoryTimeChart } from '../../src/core/report/charts/memory-time-chart.ts'
import { parallelChart } from '../../src/core/report/charts/parallel-chart.ts'
import { timeChart } from '../../src/core/report/charts/time-chart.ts'
import { csvText } from '../../src/core/report/csv.ts'
import { figureOf } from '../../src/core/report/figure-of.ts'
import type { FigureSpec } from '../../src/core/report/report-spec.ts'
import { rowWords, sheetCsv, sheetTable } from '../../src/core/report/data-sheet.ts'
import { pointFrame } from '../../src/core/report/points/point-frame.ts'
import { pointColumns } from '../../src/core/report/point-columns.ts'
import { chartSvg } from '../../src/drawing/chart-svg.ts'
import { contrast } from '../fixtures/contrast.ts'
import { exampleRecord, materialOf } from '../fixtures/exploration-record.ts'

const record = exampleRecord()
const designs = record.points.slice(0, 3).map((point) => ({ name: point.label, evaluation: point.evaluation }))

test('text of every theme reads at 4.5:1, marks and the first four categories at 3:1 (WCAG 2.2)', () => {
  for (const theme of Object.values(chartThemes)) {
    for (const text of [theme.ink, theme.quiet, theme.limit])
      expect(contrast(text, theme.ground), `${theme.name} ${text}`).toBeGreaterThan(4.5)
    for (const mark of [theme.ours, ...theme.categories.slice(0, 4)])
      expect(contrast(mark, theme.ground), `${theme.name} ${mark}`).toBeGreaterThan(3)
  }
})

test('every chart draws in every theme, and its picture has the title of its axis', () => {
  const specs: readonly FigureSpec[] = [
    { figure: 'policies', run: 1 },
    { figure: 'front', run: 1 },
    { figure: 'time', points: [1, 2] },
    { figure: 'memory', points: [1, 2], misfits: true }
  ]
  for (const theme of Object.values(chartThemes))
    for (const spec of specs) {
      const { picture } = figureOf(spec, materialOf(record), theme)!
      if (!('chart' in picture)) throw new Error(`${spec.figure} is no chart`)
      const { chart } = picture
      const svg = chartSvg(chart)
      expect(svg).toMatch(/^<svg role="img" aria-label="[^"]+"/)
      expect(svg).toContain(spec.figure === 'front' ? 'Throughput (tokens/s)' : chart.title)
    }
})

const series = (chart: Chart) => chart.option['series'] as readonly { name?: string; data: readonly unknown[] }[]

test('the parts of a bar sum to the total its sheet states', () => {
  for (const { sheet } of [timeChart(designs, chartThemes.print), memoryChart(designs, chartThemes.print)])
    for (const row of sheet().rows) {
      const numbers = row.slice(1).map(Number)
      const total = numbers.pop()!
      expect(numbers.reduce((sum, value) => sum + value, 0)).toBeCloseTo(total, 6)
    }
})

test('the capacity is a line only where all designs have the same', () => {
  const [first, second] = designs
  const other = {
    ...second!,
    evaluation: { ...second!.evaluation, memory_B: { ...second!.evaluation.memory_B, capacity: 1e12 } }
  }
  const lines = (chart: Chart): number => JSON.stringify(chart.option).split('markLine').length - 1
  expect(lines(memoryChart(designs, chartThemes.print))).toBe(1)
  expect(lines(memoryChart([first!, other], chartThemes.print))).toBe(0)
})

test('what is more than there is room for is hatched, and only that', () => {
  const full = (peak: number) => ({
    name: `peak ${peak}`,
    evaluation: { ...designs[0]!.evaluation, memory_B: { ...designs[0]!.evaluation.memory_B, peak, capacity: 60e9 } }
  })
  const hatched = (chart: Chart) => series(chart).filter((one) => 'silent' in one && 'renderItem' in one)
  expect(hatched(memoryChart([full(50e9), full(60e9)], chartThemes.print))).toEqual([])
  expect(hatched(memoryChart([full(50e9), full(90e9)], chartThemes.print)).map(({ data }) => data)).toEqual([
    [[60e9, 90e9, 1, 1]]
  ])
  const none = [0, 0, 0, 0]
  const curve = {
    time_s: Float64Array.of(0, 1, 2, 3),
    categories: {
      weights: Float64Array.of(4, 6, 8, 3),
      gradients: Float64Array.from(none),
      optimizer: Float64Array.from(none),
      activations: Float64Array.from(none),
      workspace: Float64Array.from(none)
    }
  }
  const view = { stage: 0, capacity_B: 5, window: [0, 4], instant: 0 } as const
  const chart = memoryTimeChart(curve, view, chartThemes.print)
  expect(hatched(chart).map(({ data }) => data)).toEqual([
    [
      [1, 2, 5, 6],
      [2, 3, 5, 8]
    ]
  ])
  expect(chartSvg(chart)).toContain(chartThemes.print.limit)
})

test('hatched neighbours meet: their lines lie on one grid and inside their rectangles', () => {
  const whole = { left: 3, right: 41, top: 7, bottom: 22 }
  const halves = [
    { ...whole, right: 20 },
    { ...whole, left: 20 }
  ]
  const length = (path: string): number =>
    [...path.matchAll(/M(\S+) \S+?L(\S+) /g)].reduce((sum, [, from, to]) => sum + Number(to) - Number(from), 0)
  expect(halves.reduce((sum, half) => sum + length(hatchPath(half)), 0)).toBeCloseTo(length(hatchPath(whole)), 6)
  for (const [, x, y] of hatchPath(whole).matchAll(/([\d.]+) ([\d.]+)/g)) {
    expect(Number(x)).toSatisfy((at: number) => at >= whole.left && at <= whole.right)
    expect(Number(y)).toSatisfy((at: number) => at >= whole.top && at <= whole.bottom)
  }
})

test('each stop of a cursor is the datum of its row', () => {
  const columns = pointColumns(record.points)
  const front = shownFront(columns)
  const chart = frontChart({ columns, front, frontName: 'Beaten by none' }, chartThemes.light)
  const { rows } = chart.sheet()
  for (const { row, series: at, datum } of chart.stops!()) {
    const [, tokensPerSecond] = series(chart)[at]!.data[datum] as number[]
    expect(rows[row]![3]).toBe(tokensPerSecond)
  }
  expect(chart.stops!()).toHaveLength(front.length)
  expect(rows).toHaveLength(record.points.length)
})

test('above 2,000 points a series is drawn in one sweep', () => {
  const many = Array.from({ length: 40 }, () => record.points.slice(7)).flat()
  const columns = pointColumns(many)
  const chart = frontChart({ columns, front: [], frontName: 'Beaten by none' }, chartThemes.light)
  expect(series(chart)[0]).toMatchObject({ large: true, symbolSize: 3 })
})

test('a sheet is a table in units for people and plain numbers for programs', () => {
  const sheet = {
    caption: 'Designs',
    columns: [
      { key: 'name', title: 'Design' },
      { key: 'time_s', title: 'Step', numeric: true },
      { key: 'cost_usd', title: 'Cost', numeric: true }
    ],
    rows: [
      ['a, "b"', 0.00125, null],
      ['c', 2, 1e4]
    ]
  }
  expect(sheetTable(sheet).rows[0]!.map(({ text }) => text)).toEqual(['a, "b"', '1.25 ms', '—'])
  expect(rowWords(sheet, 1)).toBe('Design c, Step 2.00 s, Cost $10,000')
  expect(sheetCsv(sheet)).toBe('name,time_s,cost_usd\r\n"a, ""b""",0.00125,\r\nc,2,10000\r\n')
  expect(sheetTable(sheet, 1).caption).toBe('Designs; the first 1 of 2')
})

test('a text that a spreadsheet would run is text', () => {
  expect(csvText([['=HYPERLINK("http://x")', '-2+3', -2, '+1', '@a', 'a\r\nb', true]])).toBe(
    `"'=HYPERLINK(""http://x"")",'-2+3,-2,'+1,'@a,"a\r\nb",true\r\n`
  )
})

test('a quantity of designs is read in the unit of the largest, on every axis that shows it', () => {
  const three = [1, 2, 3]
  const frame = pointFrame({
    id: three,
    feasible: [true, true, true],
    source: three.map(() => 'search'),
    label: three.map(String),
    tokensPerSecond: [2e6, 3e6, 4e6],
    iterationTime_s: [0.0035, 0.0021, 0.0012],
    power_W: [870, 910, 950],
    peakMemory_B: [3e9, 4e9, 9.5e9],
    area_mm2: [40_000, 41_000, 42_000],
    cost_usd: [Number.NaN, 9000, 9500]
  })
  const view = { frame, passing: [0, 1, 2], front: [0], selected: undefined }
  const axes = parallelChart(view, chartThemes.light).option['parallelAxis'] as { name: string }[]
  expect(axes.map(({ name }) => name.replaceAll('\n', ' '))).toEqual([
    'Throughput (tokens/s)',
    'Step time (ms)',
    'Power, upper estimate (W)',
    'Peak memory per die (GB)',
    'Wafer area (mm²)',
    'Cost of a good wafer ($)'
  ])
  const scatter = designsChart({ ...view, x: 'iterationTime_s', y: 'power_W', brushed: [] }, chartThemes.light)
  expect(scatter.title).toBe('Power, upper estimate (W) against step time (ms)')
  expect(JSON.stringify(scatter.option['series'])).toContain('[3.5,870]')
})
