import { formatNumber } from '../../core/report/format-number.ts'
import { bestPerSource, isPolicy, pointName, type ExplorationRecord } from '../../core/report/exploration-record.ts'
import { barsHeight, chartWidth, nameAxis, nameWidth, textStyle, tick, valueAxis } from './chart-style.ts'
import { ours, theirs } from '../../core/report/palette.ts'
import type { Chart } from './render-chart.ts'

/** Throughput of ours and of each policy on the same chip; a policy that does not fit has an empty bar that says so. */
export function policiesChart(record: ExplorationRecord): Chart {
  const points = bestPerSource(record)
  const failed = record.run.failedPolicies
  const height = barsHeight(points.length + failed.length, 60)
  const bars = points.map((point) => ({
    value: point.evaluation.tokensPerSecond,
    itemStyle: { color: isPolicy(point) ? theirs : ours }
  }))
  const labels = [
    ...points.map((point) => formatNumber(point.evaluation.tokensPerSecond)),
    ...failed.map(() => 'does not fit')
  ]
  return {
    width: chartWidth,
    height,
    description: `Bar chart of tokens per second: ${points.map((point, i) => `${pointName(point)} ${labels[i]}`).join(', ')}`,
    option: {
      textStyle,
      grid: { left: nameWidth, right: 100, top: 12, bottom: 52 },
      xAxis: {
        ...valueAxis('Throughput (tokens/s)', 32),
        axisLabel: { formatter: tick }
      },
      yAxis: nameAxis([...points.map(pointName), ...failed.map(({ policy }) => policy)]),
      series: [
        {
          type: 'bar',
          barMaxWidth: 20,
          data: [...bars, ...failed.map(() => ({ value: 0, itemStyle: { color: theirs } }))],
          label: {
            show: true,
            position: 'right',
            ...textStyle,
            formatter: ({ dataIndex }: { dataIndex: number }) => labels[dataIndex] ?? ''
          }
        }
      ]
    }
  }
}
