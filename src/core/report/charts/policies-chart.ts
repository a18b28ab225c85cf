import type { FailedPolicy } from '../../search/exploration.ts'
import { isPolicy, misfitName, pointName } from '../exploration-record.ts'
import { formatNumber } from '../../format/format-number.ts'
import type { StoredPoint } from '../run-record.ts'
import type { Chart } from './chart.ts'
import {
  withoutPatterns,
  barsHeight,
  baseOption,
  nameAxis,
  nameWidth,
  paperWidth,
  textStyle,
  valueAxis
} from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'

/**
 * Throughput of ours and of each policy on the same chip; a policy that does not fit has an empty bar that says so.
 * @param points in the order shown
 */
export function policiesChart(
  points: readonly StoredPoint[],
  failed: readonly FailedPolicy[],
  theme: ChartTheme
): Chart {
  const names = [...points.map(pointName), ...failed.map(({ policy }) => misfitName(policy))]
  const labels = [
    ...points.map((point) => formatNumber(point.evaluation.tokensPerSecond)),
    ...failed.map(() => 'does not fit')
  ]
  return {
    name: 'policies',
    title: 'Throughput (tokens/s)',
    width: paperWidth,
    height: barsHeight(names.length, 60),
    description: `Bar chart of tokens per second: ${names.map((name, at) => `${name} ${labels[at]}`).join(', ')}`,
    sheet: () => ({
      caption: 'Throughput of each mapping of the same model on the same chip',
      columns: [
        { key: 'name', title: 'Mapping' },
        { key: 'throughput_tokensPerSecond', title: 'Tokens/s', numeric: true },
        { key: 'remark', title: 'Remark' }
      ],
      rows: [
        ...points.map((point) => [pointName(point), point.evaluation.tokensPerSecond, `point ${point.id}`]),
        ...failed.map(({ policy, reason }) => [misfitName(policy), null, reason])
      ]
    }),
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      grid: { left: nameWidth(theme, names), right: 100, top: 12, bottom: 52 },
      xAxis: valueAxis(theme, 'Throughput (tokens/s)', 32),
      yAxis: nameAxis(theme, names),
      series: [
        {
          type: 'bar',
          barMaxWidth: 20,
          data: [
            ...points.map((point) => ({
              value: point.evaluation.tokensPerSecond,
              itemStyle: { color: isPolicy(point) ? theme.theirs : theme.ours }
            })),
            ...failed.map(() => ({ value: 0, itemStyle: { color: theme.theirs } }))
          ],
          label: {
            ...textStyle(theme),
            show: true,
            position: 'right',
            // Lines of the grid end at it.
            textBorderColor: theme.ground,
            textBorderWidth: 3,
            formatter: ({ dataIndex }: { dataIndex: number }) => labels[dataIndex] ?? ''
          }
        }
      ]
    }
  }
}
