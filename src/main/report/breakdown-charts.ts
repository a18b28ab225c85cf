import { memoryCategories, timeCategories } from '../../core/report/categories.ts'
import { bestPerSource, pointName, type ExplorationRecord } from '../../core/report/exploration-record.ts'
import { formatBytes_B, formatTime_s } from '../../core/report/format-quantity.ts'
import { barsHeight, chartWidth, legend, nameAxis, nameWidth, textStyle, tick, valueAxis } from './chart-style.ts'
import { categoryColors, limitColor } from '../../core/report/palette.ts'
import type { Chart } from './render-chart.ts'

interface Stack {
  readonly name: string
  readonly values: readonly number[]
}

/** Horizontal stacked bars; the total stands behind each. */
function stackedBars(
  bars: readonly string[],
  stacks: readonly Stack[],
  totals: readonly string[],
  axis: string
): Chart {
  const used = stacks
    .map((stack, index) => ({ ...stack, color: categoryColors[index] }))
    .filter(({ values }) => values.some((v) => v > 0))
  // A legend of more than five entries takes two lines.
  const below = used.length > 5 ? 122 : 88
  const total = {
    position: 'right',
    show: true,
    ...textStyle,
    formatter: ({ dataIndex }: { dataIndex: number }) => totals[dataIndex] ?? ''
  }
  return {
    width: chartWidth,
    height: barsHeight(bars.length, below + 20),
    description: `Stacked bars, ${axis}: ${bars.map((bar, i) => `${bar} ${totals[i]}`).join(', ')}`,
    option: {
      textStyle,
      grid: { left: nameWidth, right: 100, top: 28, bottom: below },
      legend: { ...legend, data: used.map(({ name }) => name), width: chartWidth - 40 },
      xAxis: { ...valueAxis(axis, 30), axisLabel: { formatter: tick } },
      yAxis: nameAxis(bars),
      series: [
        ...used.map(({ name, values, color }) => ({
          type: 'bar',
          name,
          stack: 'all',
          barMaxWidth: 20,
          itemStyle: { color, borderColor: '#ffffff', borderWidth: 0.5 },
          data: values
        })),
        {
          type: 'bar',
          stack: 'all',
          silent: true,
          itemStyle: { color: 'transparent' },
          label: total,
          data: bars.map(() => 0)
        }
      ]
    }
  }
}

/** Where the seconds of one step go, ours and each policy. */
export function timeChart(record: ExplorationRecord): Chart {
  const points = bestPerSource(record)
  return stackedBars(
    points.map(pointName),
    timeCategories.map(([key, name]) => ({ name, values: points.map(({ evaluation }) => evaluation.time_s[key]) })),
    points.map(({ evaluation }) => formatTime_s(evaluation.iterationTime_s)),
    'Time of one optimizer step (s)'
  )
}

/** What fills a die at the worst moment, ours and each policy, those that do not fit too, against the capacity. */
export function memoryChart(record: ExplorationRecord): Chart {
  const failed = record.run.failedPolicies.flatMap(({ policy, evaluation }) =>
    evaluation ? [{ name: policy, evaluation }] : []
  )
  const all = [
    ...bestPerSource(record).map((point) => ({ name: pointName(point), evaluation: point.evaluation })),
    ...failed.map(({ name, evaluation }) => ({ name: `${name} (does not fit)`, evaluation }))
  ]
  const capacity_B = all[0]?.evaluation.memory_B.capacity ?? 0
  const peak_B = Math.max(capacity_B, ...all.map(({ evaluation }) => evaluation.memory_B.peak))
  const chart = stackedBars(
    all.map(({ name }) => name),
    memoryCategories.map(([key, name]) => ({
      name,
      values: all.map(({ evaluation }) => evaluation.memory_B[key] / 1e9)
    })),
    all.map(({ evaluation }) => formatBytes_B(evaluation.memory_B.peak)),
    'Peak memory of a die (GB)'
  )
  const limit = {
    type: 'bar',
    stack: 'all',
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: limitColor, width: 2, type: 'solid' },
      label: {
        formatter: `capacity ${formatBytes_B(capacity_B)}`,
        position: 'start',
        rotate: 0,
        color: limitColor,
        fontFamily: textStyle.fontFamily
      },
      data: [{ xAxis: capacity_B / 1e9 }]
    }
  }
  const series = chart.option['series'] as unknown[]
  const axis = chart.option['xAxis'] as object
  // The names run downwards, so the line starts, and its label stands, above the bars.
  return {
    ...chart,
    option: { ...chart.option, xAxis: { ...axis, max: (peak_B / 1e9) * 1.02 }, series: [...series, limit] }
  }
}
