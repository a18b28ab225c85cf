import type { DataSheet, SheetColumn } from '../data-sheet.ts'
import type { Chart, ChartStop } from './chart.ts'
import {
  barsHeight,
  baseOption,
  legend,
  nameAxis,
  nameWidth,
  paperWidth,
  quantityTick,
  textStyle,
  valueAxis
} from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'
import { overfull } from './hatching.ts'

/** Breadth of a bar, pixels. */
const BAR_px = 20

export interface StackedPart {
  /** Name and unit of its column, as `compute_s`. */
  readonly key: string
  readonly name: string
  /** One for each bar, none negative. */
  readonly values: readonly number[]
}

export interface StackedBars {
  readonly name: string
  readonly title: string
  readonly caption: string
  readonly bars: readonly string[]
  readonly parts: readonly StackedPart[]
  readonly totals: SheetColumn & { readonly values: readonly number[] }
  readonly format: (value: number) => string
  /** What each bar should not pass: a line where it is the same for all, and what is beyond is hatched. */
  readonly limit?: { readonly name: string; readonly values: readonly number[] } | undefined
}

/** Share of the longest bar below which a part is what sums of many numbers leave behind. */
const RESIDUE = 1e-9

/** Horizontal bars whose parts sum to the total that stands behind each. A part that is nothing everywhere is left out. */
export function stackedBars(
  { name, title, caption, bars, parts, totals, format, limit }: StackedBars,
  theme: ChartTheme
): Chart {
  const used = parts
    .map((part, index) => ({ ...part, color: theme.categories[index % theme.categories.length] }))
    .filter(({ values }) => values.some((value) => value > RESIDUE * Math.max(...totals.values)))
  // A legend of more than five entries takes two lines.
  const below = used.length > 5 ? 116 : 88
  const most = Math.max(0, ...(limit?.values ?? []), ...totals.values)
  const common = limit && new Set(limit.values).size === 1 ? limit.values[0] : undefined
  const over = totals.values.flatMap((total, at): [number, number, number, number][] => {
    const room = limit?.values[at]
    return room !== undefined && total > room ? [[room, total, at, at]] : []
  })
  const line = limit &&
    common !== undefined && {
      silent: true,
      symbol: 'none',
      lineStyle: { color: theme.limit, width: 2, type: 'solid' },
      // The names run downwards, so the line starts, and its label stands, above the bars.
      label: {
        ...textStyle(theme),
        formatter: `${limit.name} ${format(common)}`,
        position: 'start',
        rotate: 0,
        color: theme.limit
      },
      data: [{ xAxis: common }]
    }
  const sheet = (): DataSheet => ({
    caption,
    columns: [
      { key: 'name', title: 'Design' },
      ...used.map((part) => ({ key: part.key, title: part.name, numeric: true })),
      { key: totals.key, title: totals.title, numeric: true }
    ],
    rows: bars.map((bar, at) => [bar, ...used.map(({ values }) => values[at] ?? null), totals.values[at] ?? null])
  })
  return {
    name,
    title,
    width: paperWidth,
    height: barsHeight(bars.length, below + 20),
    description: `Stacked bars, ${title}: ${bars.map((bar, at) => `${bar} ${format(totals.values[at] ?? 0)}`).join(', ')}`,
    sheet,
    stops: () =>
      bars.flatMap((_bar, row): ChartStop[] => {
        const series = used.findIndex(({ values }) => (values[row] ?? 0) > 0)
        return series < 0 ? [] : [{ row, series, datum: row }]
      }),
    option: {
      ...baseOption(theme),
      tooltip: { ...baseOption(theme).tooltip, valueFormatter: (value: unknown) => format(Number(value)) },
      grid: { left: nameWidth(theme, bars), right: 100, top: 28, bottom: below },
      // Below the axis and its name: a second line grows into the room under it.
      legend: {
        ...legend(theme),
        bottom: undefined,
        top: barsHeight(bars.length, below + 20) - below + 54,
        data: used.map((part) => part.name),
        width: '94%'
      },
      xAxis: {
        ...valueAxis(theme, title, 30, quantityTick(format)),
        min: 0,
        ...(limit && {
          max: most * 1.02,
          axisLabel: { ...valueAxis(theme, title, 30, quantityTick(format)).axisLabel, showMaxLabel: false }
        })
      },
      yAxis: nameAxis(theme, bars),
      series: [
        ...used.map(({ name: part, values, color }) => ({
          type: 'bar',
          name: part,
          stack: 'all',
          barMaxWidth: BAR_px,
          itemStyle: { color, borderColor: theme.ground, borderWidth: 0.5 },
          data: values
        })),
        {
          type: 'bar',
          stack: 'all',
          silent: true,
          itemStyle: { color: 'transparent', decal: { color: 'transparent' } },
          label: {
            ...textStyle(theme),
            position: 'right',
            show: true,
            formatter: ({ dataIndex }: { dataIndex: number }) => format(totals.values[dataIndex] ?? 0)
          },
          data: bars.map(() => 0),
          ...(line && { markLine: line })
        },
        ...(over.length > 0 ? [overfull(over, theme, BAR_px)] : [])
      ]
    }
  }
}
