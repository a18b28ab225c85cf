import type { ChartName } from '../../core/report/chart-name.ts'
import { chartThemes } from '../../core/report/charts/chart-theme.ts'
import { recordCharts } from '../../core/report/charts/record-charts.ts'
import type { ExplorationRecord } from '../../core/report/exploration-record.ts'
import { renderChart } from './render-chart.ts'
import { waferMap } from './wafer-map.ts'

/** Figures as SVG text by name; those without anything to show are left out. */
export type Charts = Readonly<Partial<Record<ChartName, string>>>

/** Draws every figure of a report that has data. The same record gives the same bytes. */
export function reportCharts(record: ExplorationRecord): Charts {
  const wafer = record.best && waferMap(record.best)
  const drawn = recordCharts(record, chartThemes.print).map((chart) => [chart.name, renderChart(chart)] as const)
  return { ...Object.fromEntries(drawn), ...(wafer && { wafer }) }
}
