import type { PointColumns } from '../../contract/runs-contract.ts'
import { paretoFront } from '../../core/optimization/pareto.ts'
import { isPolicy, pointName } from '../../core/report/exploration-record.ts'
import { formatPower_W, formatThroughput_tokensPerSecond } from '../../core/report/format-quantity.ts'
import type { ChartColors } from './chart-colors.ts'
import type { ChartOption } from './echarts.ts'

/** Above so many points the chart draws them in one sweep, without a mark of their own each. */
const LARGE = 2000

/**
 * Indices of the feasible points that none beats in both throughput and power, by rising power: what the axes of the chart show. It needs
 * no end of the run, so it moves while a search goes on.
 */
export function shownFront(columns: PointColumns): number[] {
  const feasible = columns.id.map((_, index) => index).filter((index) => columns.feasible[index])
  return paretoFront(feasible, (index) => [columns.power_W[index]!, -columns.tokensPerSecond[index]!]).sort(
    (a, b) => columns.power_W[a]! - columns.power_W[b]!
  )
}

export const designAt = (columns: PointColumns, index: number): string =>
  pointName({ source: columns.source[index]!, label: columns.label[index]! })

/** Throughput against power: all kept designs, policies, those none beats, and the selected one. A datum is [kW, tokens/s, index]. */
export function frontChart(columns: PointColumns, selected: number | undefined, colors: ChartColors): ChartOption {
  const front = shownFront(columns)
  const onFront = new Set(front)
  const datum = (index: number): number[] => [columns.power_W[index]! / 1e3, columns.tokensPerSecond[index]!, index]
  const feasible = columns.id.map((_, index) => index).filter((index) => columns.feasible[index])
  const policy = (index: number): boolean => isPolicy({ source: columns.source[index]! })
  const others = feasible.filter((index) => !onFront.has(index) && !policy(index))
  const chosen = selected === undefined ? [] : feasible.filter((index) => columns.id[index] === selected)
  const axis = (name: string, gap: number) => ({
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: gap,
    scale: true,
    nameTextStyle: { color: colors.quiet },
    axisLabel: { color: colors.quiet, hideOverlap: true },
    splitLine: { lineStyle: { color: colors.line } }
  })
  const series = (name: string, symbol: string, symbolSize: number, color: string, indices: readonly number[]) => ({
    type: 'scatter',
    name,
    symbol,
    symbolSize,
    large: indices.length > LARGE,
    itemStyle: { color },
    data: indices.map(datum)
  })
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 76, right: 20, top: 12, bottom: 72 },
    legend: { bottom: 0, textStyle: { color: colors.ink } },
    tooltip: {
      renderMode: 'richText',
      formatter: ({ value }: { value: readonly number[] }) => {
        const index = value[2]!
        return `${designAt(columns, index)}\n${formatThroughput_tokensPerSecond(columns.tokensPerSecond[index]!)}\n${formatPower_W(columns.power_W[index]!)}`
      }
    },
    xAxis: axis('Power, upper estimate (kW)', 28),
    yAxis: axis('Throughput (tokens/s)', 58),
    series: [
      series('Other designs', 'circle', 6, colors.theirs, others),
      series(
        'Policies',
        'diamond',
        11,
        '#D55E00',
        feasible.filter((index) => policy(index) && !onFront.has(index))
      ),
      series('Beaten by none', 'circle', 10, colors.ours, front),
      {
        ...series('Selected', 'circle', 18, 'transparent', chosen),
        itemStyle: { color: 'transparent', borderColor: colors.ink, borderWidth: 2.5 },
        silent: true
      }
    ]
  }
}
