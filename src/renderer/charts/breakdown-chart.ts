import { memoryCategories, timeCategories } from '../../core/report/categories.ts'
import { formatBytes_B, formatTime_s } from '../../core/report/format-quantity.ts'
import { categoryColors } from '../../core/report/palette.ts'
import type { StoredPoint } from '../../core/report/run-record.ts'
import { barAxes } from './bar-axes.ts'
import type { ChartColors } from './chart-colors.ts'
import type { ChartOption } from './echarts.ts'

interface Part {
  readonly name: string
  readonly values: readonly number[]
}

function stacked(
  points: readonly StoredPoint[],
  parts: readonly Part[],
  axis: string,
  format: (value: number) => string,
  colors: ChartColors,
  limit?: number
): ChartOption {
  const shown = parts
    .map((part, index) => ({ ...part, index }))
    .filter(({ values }) => values.some((value) => value > 0))
  return {
    animation: false,
    aria: { enabled: true, decal: { show: true } },
    grid: { left: 168, right: 24, top: 8, bottom: 96 },
    legend: { bottom: 0, textStyle: { color: colors.ink }, itemWidth: 14 },
    tooltip: { trigger: 'item', valueFormatter: (value: unknown) => format(Number(value)) },
    ...barAxes(points, axis, colors, format),
    series: shown.map(({ name, values, index }, at) => ({
      type: 'bar',
      stack: 'all',
      name,
      barMaxWidth: 18,
      itemStyle: { color: categoryColors[index % categoryColors.length], borderColor: colors.ground, borderWidth: 1 },
      data: values,
      ...(limit !== undefined &&
        at === 0 && {
          markLine: {
            symbol: 'none',
            lineStyle: { color: colors.ink, type: 'dashed' },
            label: { formatter: 'capacity', color: colors.ink },
            data: [{ xAxis: limit }]
          }
        })
    }))
  }
}

/** Time of one optimizer step by category; a bar's parts sum to the step. */
export const timeChart = (points: readonly StoredPoint[], colors: ChartColors): ChartOption =>
  stacked(
    points,
    timeCategories.map(([key, name]) => ({ name, values: points.map(({ evaluation }) => evaluation.time_s[key]) })),
    'Time of one optimizer step',
    formatTime_s,
    colors
  )

/** Peak memory of a die by category, next to its capacity. */
export const memoryChart = (points: readonly StoredPoint[], colors: ChartColors): ChartOption =>
  stacked(
    points,
    memoryCategories.map(([key, name]) => ({ name, values: points.map(({ evaluation }) => evaluation.memory_B[key]) })),
    'Peak memory of a die',
    formatBytes_B,
    colors,
    points[0]?.evaluation.memory_B.capacity
  )
