import { memoryCategories } from '../categories.ts'
import { formatBytes_B, formatTime_s } from '../../format/format-quantity.ts'
import type { MemorySeries } from '../memory-view.ts'
import type { Chart } from './chart.ts'
import { baseOption, legend, paperWidth, quantityTick, textStyle, valueAxis } from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'
import { overfull } from './hatching.ts'

/** Points that a chart draws; of more, the fullest of each interval. */
const MOST_POINTS = 1500

/** Indices of points to draw: all, or the fullest of equally many in a row. */
function drawnPoints(total: Float64Array, from: number, to: number): readonly number[] {
  const stride = Math.ceil((to - from) / MOST_POINTS)
  const kept: number[] = []
  for (let start = from; start < to; start += stride) {
    let fullest = start
    for (let at = start; at < Math.min(to, start + stride); at++) if (total[at]! > total[fullest]!) fullest = at
    kept.push(fullest)
  }
  return kept
}

/**
 * Memory of a die over a step by category, stacked, with the capacity; what is more than that is hatched.
 * @param window what of the step is shown, s; @param instant marked, s
 */
export function memoryTimeChart(
  { time_s, categories }: MemorySeries,
  {
    stage,
    capacity_B,
    window,
    instant
  }: {
    readonly stage: number
    readonly capacity_B: number
    readonly window: readonly [number, number]
    readonly instant: number
  },
  theme: ChartTheme
): Chart {
  const total = time_s.map((_time, at) => memoryCategories.reduce((sum, [name]) => sum + categories[name][at]!, 0))
  const inside = Array.from(time_s.keys()).filter((at) => time_s[at]! >= window[0] && time_s[at]! <= window[1])
  const [first = 0, last = time_s.length - 1] = [inside[0], inside.at(-1)]
  const points = drawnPoints(total, Math.max(0, first - 1), last + 1)
  const bytes = valueAxis(theme, 'Bytes on a die', 66, quantityTick(formatBytes_B))
  const most = Math.max(capacity_B, ...points.map((at) => total[at]!))
  const over = points.flatMap((at, index): [number, number, number, number][] => {
    const [from, to] = [
      Math.max(window[0], time_s[at]!),
      Math.min(window[1], time_s[points[index + 1] ?? -1] ?? window[1])
    ]
    return total[at]! > capacity_B && to > from ? [[from, to, capacity_B, total[at]!]] : []
  })
  return {
    name: 'memorytime',
    title: `Memory of a die of stage ${stage} over one step`,
    width: paperWidth,
    height: 360,
    description: `Stacked areas: at most ${formatBytes_B(Math.max(...points.map((at) => total[at]!)))} of ${formatBytes_B(capacity_B)}`,
    sheet: () => ({
      caption: `Bytes on a die of stage ${stage} from each time on`,
      columns: [
        { key: 'time_s', title: 'From', numeric: true },
        ...memoryCategories.map(([name, title]) => ({ key: `${name}_B`, title, numeric: true })),
        { key: 'total_B', title: 'Total', numeric: true }
      ],
      rows: points.map((at) => [time_s[at]!, ...memoryCategories.map(([name]) => categories[name][at]!), total[at]!])
    }),
    option: {
      ...baseOption(theme),
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'axis',
        valueFormatter: (value: unknown) => formatBytes_B(Number(value))
      },
      grid: { left: 84, right: 30, top: 26, bottom: 84 },
      legend: { ...legend(theme), data: memoryCategories.map(([, title]) => title) },
      xAxis: {
        ...valueAxis(theme, 'Time in the step', 30, quantityTick(formatTime_s)),
        min: window[0],
        max: window[1],
        axisPointer: { label: { formatter: ({ value }: { value: number }) => formatTime_s(value) } }
      },
      yAxis: { ...bytes, max: most * 1.04, axisLabel: { ...bytes.axisLabel, showMaxLabel: false } },
      series: [
        ...memoryCategories.map(([name, title], index) => ({
          type: 'line',
          name: title,
          stack: 'all',
          step: 'end',
          symbol: 'none',
          triggerEvent: true,
          lineStyle: { width: 0 },
          areaStyle: { color: theme.categories[index % theme.categories.length], opacity: 0.9 },
          itemStyle: { color: theme.categories[index % theme.categories.length] },
          data: points.map((at) => [time_s[at]!, categories[name][at]!]),
          ...(index === 0 && {
            markLine: {
              silent: true,
              symbol: 'none',
              label: {
                ...textStyle(theme),
                position: 'insideEndTop',
                color: theme.limit,
                backgroundColor: theme.ground,
                padding: [1, 3]
              },
              data: [
                {
                  yAxis: capacity_B,
                  lineStyle: { color: theme.limit, width: 2, type: 'solid' },
                  label: { formatter: `capacity ${formatBytes_B(capacity_B)}` }
                },
                {
                  xAxis: instant,
                  lineStyle: { color: theme.ink, width: 1.5, type: 'dashed' },
                  label: { formatter: formatTime_s(instant), position: 'end', color: theme.ink }
                }
              ]
            }
          })
        })),
        ...(over.length > 0 ? [overfull(over, theme)] : [])
      ]
    }
  }
}
