import { pointName } from '../../core/report/exploration-record.ts'
import type { StoredPoint } from '../../core/report/run-record.ts'
import type { ChartColors } from './chart-colors.ts'

/** The axes of bars that lie side by side, one for each point, their names on the left. */
export const barAxes = (
  points: readonly StoredPoint[],
  name: string,
  colors: ChartColors,
  formatter?: (value: number) => string
) => ({
  xAxis: {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: 28,
    nameTextStyle: { color: colors.quiet },
    axisLabel: { color: colors.quiet, hideOverlap: true, ...(formatter && { formatter }) },
    splitLine: { lineStyle: { color: colors.line } }
  },
  yAxis: {
    type: 'category' as const,
    inverse: true,
    data: points.map(pointName),
    axisLabel: { color: colors.ink, width: 156, overflow: 'truncate' as const },
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { show: false }
  }
})
