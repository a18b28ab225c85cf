import type { ChartName } from '../../core/report/chart-name.ts'
import { bestPerSource, type ExplorationRecord } from '../../core/report/exploration-record.ts'
import { memoryChart, timeChart } from './breakdown-charts.ts'
import { frontChart } from './front-chart.ts'
import { policiesChart } from './policies-chart.ts'
import { renderChart } from './render-chart.ts'
import { waferMap } from './wafer-map.ts'

/** Figures as SVG text by name; those without anything to show are left out. */
export type Charts = Readonly<Partial<Record<ChartName, string>>>

/** Draws every figure of a report that has data. The same record gives the same bytes. */
export function reportCharts(record: ExplorationRecord): Charts {
  const compared = bestPerSource(record)
  const wafer = record.best && waferMap(record.best)
  return {
    ...(compared.length > 0 && {
      policies: renderChart('policies', policiesChart(record)),
      time: renderChart('time', timeChart(record)),
      memory: renderChart('memory', memoryChart(record))
    }),
    ...(record.points.some((point) => point.evaluation.feasible) && {
      front: renderChart('front', frontChart(record))
    }),
    ...(wafer && { wafer })
  }
}
