import type { DataSheet } from '../data-sheet.ts'
import { formatShare, formatTime_s } from '../../format/format-quantity.ts'
import { timeWaterfall } from '../time-waterfall.ts'
import type { Chart } from './chart.ts'
import {
  barsHeight,
  baseOption,
  nameAxis,
  nameWidth,
  paperWidth,
  quantityTick,
  textStyle,
  valueAxis,
  withoutPatterns
} from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'
import type { NamedEvaluation } from './time-chart.ts'

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${formatTime_s(Math.abs(value))}`

interface Bar {
  readonly name: string
  /** Where the bar begins and ends, seconds. */
  readonly start: number
  readonly end: number
  readonly label: string
  readonly color: string
}

/** Why the second design takes another time than the first: its time reached from the other's, category by category. */
export function waterfallChart(from: NamedEvaluation, to: NamedEvaluation, theme: ChartTheme): Chart {
  const waterfall = timeWaterfall(from.evaluation, to.evaluation)
  let at = waterfall.from
  const bars: Bar[] = [
    { name: from.name, start: 0, end: waterfall.from, label: formatTime_s(waterfall.from), color: theme.theirs },
    ...waterfall.steps.map(({ name, change }) => {
      const start = at
      at += change
      const color = change < 0 ? theme.ours : theme.rival
      return { name, start, end: at, label: `${change < 0 ? '▼' : '▲'} ${signed(change)}`, color }
    }),
    { name: to.name, start: 0, end: waterfall.to, label: formatTime_s(waterfall.to), color: theme.theirs }
  ]
  const names = bars.map(({ name }) => name)
  const unit = waterfall.of === 'step' ? 'Time of one optimizer step (s)' : 'Time per trained token (s)'
  const share = (change: number): string => formatShare(change / waterfall.from)
  return {
    name: 'waterfall',
    title: `${unit}: from ${from.name} to ${to.name}`,
    width: paperWidth,
    height: barsHeight(bars.length, 60),
    description: `Waterfall from ${from.name}, ${formatTime_s(waterfall.from)}, to ${to.name}, ${formatTime_s(waterfall.to)}: ${
      waterfall.steps.map(({ name, change }) => `${name} ${signed(change)}`).join(', ') || 'no category differs'
    }`,
    sheet: (): DataSheet => ({
      caption: `From ${from.name} to ${to.name}; the changes sum to the difference`,
      columns: [
        { key: 'part', title: 'Part' },
        { key: 'change_s', title: 'Change', numeric: true },
        { key: 'share', title: `Of ${from.name}` },
        { key: 'reached_s', title: 'Reached', numeric: true }
      ],
      rows: bars.map(({ name, end }, index) => {
        const step = waterfall.steps[index - 1]
        return [name, step ? step.change : null, step ? share(step.change) : null, end]
      })
    }),
    stops: () => bars.map((_bar, row) => ({ row, series: 1, datum: row })),
    option: {
      ...baseOption(theme),
      // The words beside a bar, with sign and arrow, say what its colour says.
      ...withoutPatterns,
      tooltip: {
        ...baseOption(theme).tooltip,
        formatter: ({ dataIndex }: { dataIndex: number }) =>
          `${bars[dataIndex]?.name}\n${bars[dataIndex]?.label}, reaching ${formatTime_s(bars[dataIndex]?.end ?? 0)}`
      },
      grid: { left: nameWidth(theme, names), right: 110, top: 12, bottom: 52 },
      xAxis: valueAxis(theme, unit, 32, quantityTick(formatTime_s)),
      yAxis: nameAxis(theme, names),
      series: [
        {
          type: 'bar',
          stack: 'all',
          silent: true,
          itemStyle: { color: 'transparent' },
          data: bars.map(({ start, end }) => Math.min(start, end))
        },
        {
          type: 'bar',
          stack: 'all',
          barMaxWidth: 20,
          label: {
            ...textStyle(theme),
            show: true,
            position: 'right',
            formatter: ({ dataIndex }: { dataIndex: number }) => bars[dataIndex]?.label ?? ''
          },
          data: bars.map(({ start, end, color }) => ({ value: Math.abs(end - start), itemStyle: { color } }))
        }
      ]
    }
  }
}
