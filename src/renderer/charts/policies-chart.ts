import type { StoredPoint } from '../../core/report/run-record.ts'
import { isPolicy } from '../../core/report/exploration-record.ts'
import { formatNumber } from '../../core/report/format-number.ts'
import { barAxes } from './bar-axes.ts'
import type { ChartColors } from './chart-colors.ts'
import type { ChartOption } from './echarts.ts'

/** Throughput of ours and of each policy on the same chip, the fastest on top. @param points in the order shown */
export function policiesChart(points: readonly StoredPoint[], colors: ChartColors): ChartOption {
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 168, right: 70, top: 8, bottom: 44 },
    ...barAxes(points, 'Throughput (tokens/s)', colors),
    series: [
      {
        type: 'bar',
        barMaxWidth: 18,
        data: points.map((point) => ({
          value: point.evaluation.tokensPerSecond,
          itemStyle: { color: isPolicy(point) ? colors.theirs : colors.ours }
        })),
        label: {
          show: true,
          position: 'right',
          color: colors.ink,
          formatter: ({ dataIndex }: { dataIndex: number }) =>
            formatNumber(points[dataIndex]?.evaluation.tokensPerSecond ?? 0)
        }
      }
    ]
  }
}
