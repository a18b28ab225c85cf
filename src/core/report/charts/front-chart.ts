import { paretoFront2d } from '../../optimization/pareto.ts'
import { isPolicy, pointName } from '../exploration-record.ts'
import { workloadOfSource } from '../../search/point-source.ts'
import { formatBytes_B, formatPower_W, formatThroughput_tokensPerSecond } from '../../format/format-quantity.ts'
import type { PointColumns } from '../point-columns.ts'
import type { Chart, ChartStop } from './chart.ts'
import { baseOption, withoutPatterns, legend, paperWidth, textStyle, tick, valueAxis } from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'

/** Above so many points a chart draws them in one sweep, without a mark and a colour of their own each. */
const LARGE = 2000

/**
 * Indices of the feasible points that none beats in both throughput and power, by rising power: what the axes of the chart show. It needs
 * no end of the run, so it moves while a search goes on.
 */
export function shownFront(columns: PointColumns): number[] {
  return Array.from(
    paretoFront2d(
      feasibleOf(columns),
      columns.power_W,
      columns.tokensPerSecond.map((value) => -value)
    )
  )
}

/** Indices of the points that fit their chips; of several workloads those of the first, as rates of different models compare to nothing. */
const feasibleOf = ({ feasible, source }: PointColumns): number[] =>
  Array.from(feasible, (_, index) => index).filter(
    (index) => feasible[index] === 1 && workloadOfSource(source[index]!) === undefined
  )

/** Indices of the feasible points that a run counts to its front, by rising power. */
export const keptFront = (columns: PointColumns): number[] =>
  feasibleOf(columns)
    .filter((index) => columns.onFront[index] === 1)
    .sort((a, b) => columns.power_W[a]! - columns.power_W[b]!)

export const designAt = (columns: PointColumns, index: number): string =>
  pointName({ source: columns.source[index]!, label: columns.label[index]! })

export interface FrontView {
  readonly columns: PointColumns
  /** Indices to ring, in the order in which a cursor walks them. */
  readonly front: readonly number[]
  /** What those are called. */
  readonly frontName: string
  /** Identifier of the point that is chosen. */
  readonly selected?: number | undefined
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value)

/** A range a little wider than the values, never of no width. */
function around(values: readonly number[]): { min: number; max: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  if (low > high) return { min: 0, max: 1 }
  const margin = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1
  return { min: Math.max(0, low - margin), max: high + margin }
}

/** Power against throughput of all kept feasible designs, the front ringed, policies as diamonds; the colour is the peak memory of a die. */
export function frontChart({ columns, front, frontName, selected }: FrontView, theme: ChartTheme): Chart {
  const onFront = new Set(front)
  /** kW, tokens/s, GB, index */
  const datum = (index: number): number[] => [
    columns.power_W[index]! / 1e3,
    columns.tokensPerSecond[index]!,
    columns.peakMemory_B[index]! / 1e9,
    index
  ]
  const feasible = feasibleOf(columns)
  const policy = (index: number): boolean => isPolicy({ source: columns.source[index]! })
  const groups = [
    {
      name: 'Other kept designs',
      symbol: 'circle',
      size: 6,
      border: 0,
      indices: feasible.filter((index) => !onFront.has(index) && !policy(index))
    },
    {
      name: 'Policies',
      symbol: 'diamond',
      size: 12,
      border: 1,
      indices: feasible.filter((index) => !onFront.has(index) && policy(index))
    },
    { name: frontName, symbol: 'circle', size: 11, border: 1.5, indices: front }
  ].filter(({ indices }) => indices.length > 0)
  const chosen = selected === undefined ? [] : feasible.filter((index) => columns.id[index] === selected)
  const memory_GB = around(feasible.map((index) => columns.peakMemory_B[index]! / 1e9))
  const axis = (name: string, gap: number, values: readonly number[]) => {
    const plain = valueAxis(theme, name, gap)
    return {
      ...plain,
      ...around(values),
      axisLabel: { ...plain.axisLabel, formatter: tick, showMinLabel: false, showMaxLabel: false }
    }
  }
  const coloured = groups.flatMap(({ indices }, at) => (indices.length > LARGE ? [] : [at]))
  return {
    name: 'front',
    title: 'Throughput (tokens/s) against power (kW)',
    width: paperWidth,
    height: 440,
    description: `Scatter chart of ${feasible.length} designs, power against throughput; ${front.length} ${frontName.toLowerCase()}`,
    sheet: () => ({
      caption: `Kept designs that fit; ${front.length} of ${feasible.length} ${frontName.toLowerCase()}`,
      columns: [
        { key: 'point', title: 'Point', numeric: true },
        { key: 'design', title: 'Design' },
        { key: 'front', title: frontName },
        { key: 'throughput_tokensPerSecond', title: 'Tokens/s', numeric: true },
        { key: 'power_W', title: 'Power', numeric: true },
        { key: 'peakMemory_B', title: 'Peak per die', numeric: true },
        { key: 'area_mm2', title: 'Wafer area', numeric: true },
        { key: 'cost_usd', title: 'Cost', numeric: true }
      ],
      rows: [...front, ...feasible.filter((index) => !onFront.has(index))].map((index) => [
        columns.id[index]!,
        designAt(columns, index),
        onFront.has(index),
        columns.tokensPerSecond[index]!,
        columns.power_W[index]!,
        columns.peakMemory_B[index]!,
        known(columns.area_mm2[index]!),
        known(columns.cost_usd[index]!)
      ])
    }),
    stops: () => {
      const series = groups.findIndex(({ name }) => name === frontName)
      return front.map((_index, row): ChartStop => ({ row, series, datum: row }))
    },
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      grid: { left: 88, right: 128, top: 16, bottom: 84 },
      legend: { ...legend(theme), icon: undefined, data: groups.map(({ name }) => name) },
      tooltip: {
        ...baseOption(theme).tooltip,
        formatter: ({ value }: { value: readonly number[] }) => {
          const index = value[3]!
          return [
            `${columns.id[index]}: ${designAt(columns, index)}`,
            formatThroughput_tokensPerSecond(columns.tokensPerSecond[index]!),
            formatPower_W(columns.power_W[index]!),
            `${formatBytes_B(columns.peakMemory_B[index]!)} per die`
          ].join('\n')
        }
      },
      xAxis: axis(
        'Power, upper estimate (kW)',
        32,
        feasible.map((index) => columns.power_W[index]! / 1e3)
      ),
      yAxis: axis(
        'Throughput (tokens/s)',
        70,
        feasible.map((index) => columns.tokensPerSecond[index]!)
      ),
      ...(coloured.length > 0 && {
        visualMap: {
          type: 'continuous',
          dimension: 2,
          seriesIndex: coloured,
          ...memory_GB,
          calculable: false,
          hoverLink: false,
          right: 8,
          top: 12,
          itemHeight: 160,
          text: [`peak memory\nper die\n${formatBytes_B(memory_GB.max * 1e9)}`, formatBytes_B(memory_GB.min * 1e9)],
          // Lines of a bar's text lie on each other unless their height is said.
          textStyle: { ...textStyle(theme), lineHeight: Math.round(1.35 * theme.fontSize) },
          inRange: { color: theme.sequence }
        }
      }),
      series: [
        ...groups.map(({ name, symbol, size, border, indices }) => ({
          type: 'scatter',
          name,
          symbol,
          symbolSize: indices.length > LARGE ? 3 : size,
          large: indices.length > LARGE,
          itemStyle: {
            color: theme.theirs,
            borderColor: theme.ink,
            borderWidth: border,
            opacity: border === 0 ? 0.7 : 1
          },
          data: indices.map(datum)
        })),
        {
          type: 'scatter',
          name: 'Selected',
          symbol: 'circle',
          symbolSize: 20,
          silent: true,
          itemStyle: { color: 'transparent', borderColor: theme.ink, borderWidth: 2.5 },
          data: chosen.map(datum)
        }
      ]
    }
  }
}
