import { formatNumber } from '../../format/format-number.ts'
import { formatFlopRate, formatTime_s } from '../../format/format-quantity.ts'
import type { RooflinePoint, Roofs } from '../roofline.ts'
import type { Chart } from './chart.ts'
import {
  baseOption,
  legend,
  paperWidth,
  quantityTick,
  textStyle,
  tick,
  valueAxis,
  withoutPatterns
} from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'
import { logAxis, type LogAxis } from './log-axis.ts'

/** Operators of a die below what its memory and its arithmetic allow (Williams, Waterman, Patterson 2009); both axes logarithmic. */
export function rooflineChart(
  points: readonly RooflinePoint[],
  { peak_flops, bandwidth_Bps }: Roofs,
  theme: ChartTheme
): Chart {
  const ridge = peak_flops / bandwidth_Bps
  const intensities = points.map(({ intensity }) => intensity)
  const across = logAxis(Math.min(ridge, ...intensities) / 2, Math.max(ridge, ...intensities) * 2)
  const { min: low, max: high } = across
  const up = logAxis(
    Math.min(low * bandwidth_Bps, ...points.map(({ rate_flops }) => rate_flops)) / 1.5,
    peak_flops * 1.5
  )
  const most_s = Math.max(0, ...points.map(({ time_s }) => time_s))
  const layers = [...new Set(points.map(({ layer }) => layer))]
  const axis = (name: string, gap: number, format: (value: number) => string, { min, max, ticks }: LogAxis) => {
    const linear = valueAxis(theme, name, gap, format)
    return {
      ...linear,
      type: 'log' as const,
      min,
      max,
      axisTick: { ...linear.axisTick, customValues: ticks },
      axisLabel: { ...linear.axisLabel, customValues: ticks }
    }
  }
  return {
    name: 'roofline',
    title: 'Operators under the roofs of a die',
    width: paperWidth,
    height: 380,
    description:
      `Roofline: ${points.length} operators; the roofs meet at ${formatNumber(ridge)} FLOP per byte, ` +
      `the upper one is ${formatFlopRate(peak_flops)}`,
    sheet: () => ({
      caption: 'Operators by arithmetic intensity; areas of the marks are their time',
      columns: [
        { key: 'name', title: 'Operator' },
        { key: 'intensity_FLOPperB', title: 'FLOP per byte', numeric: true },
        { key: 'rate_flops', title: 'FLOP/s', numeric: true },
        { key: 'share', title: 'Share of the roof', numeric: true },
        { key: 'time_s', title: 'Compute per step', numeric: true }
      ],
      rows: points.map(({ name, intensity, rate_flops, time_s }) => [
        name,
        intensity,
        rate_flops,
        rate_flops / Math.min(peak_flops, intensity * bandwidth_Bps),
        time_s
      ])
    }),
    stops: () =>
      layers.flatMap((layer, series) =>
        points
          .map((point, row) => ({ point, row }))
          .filter(({ point }) => point.layer === layer)
          .map(({ row }, datum) => ({ row, series, datum }))
      ),
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      tooltip: {
        ...baseOption(theme).tooltip,
        formatter: ({ name, value }: { name: string; value: readonly number[] }) =>
          `${name}\n${formatNumber(value[0]!)} FLOP/B\n${formatFlopRate(value[1]!)}\n${formatTime_s(value[2] ?? 0)} per step`
      },
      grid: { left: 106, right: 40, top: 20, bottom: 88 },
      legend: { ...legend(theme), data: layers },
      xAxis: axis('FLOP per byte of main memory', 30, tick, across),
      yAxis: axis('FLOP/s of a die', 86, quantityTick(formatFlopRate), up),
      series: [
        ...layers.map((layer, at) => ({
          type: 'scatter',
          name: layer,
          symbol: ['circle', 'diamond', 'triangle', 'rect'][at % 4],
          itemStyle: {
            color: theme.categories[at % theme.categories.length],
            borderColor: theme.ground,
            opacity: 0.85
          },
          symbolSize: (value: readonly number[]) => 8 + 22 * Math.sqrt((value[2] ?? 0) / (most_s || 1)),
          data: points
            .filter((point) => point.layer === layer)
            .map(({ name, intensity, rate_flops, time_s }) => ({ name, value: [intensity, rate_flops, time_s] }))
        })),
        {
          type: 'line',
          silent: true,
          symbol: 'none',
          lineStyle: { color: theme.limit, width: 2 },
          tooltip: { show: false },
          endLabel: { ...textStyle(theme), show: true, formatter: formatFlopRate(peak_flops), offset: [-92, -12] },
          data: [
            [low, low * bandwidth_Bps],
            [ridge, peak_flops],
            [high, peak_flops]
          ]
        }
      ]
    }
  }
}
