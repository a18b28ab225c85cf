import { chartThemes } from '../../core/report/charts/chart-theme.ts'
import { recordCharts } from '../../core/report/charts/record-charts.ts'
import type { ExplorationRecord } from '../../core/report/exploration-record.ts'
import type { Figure } from '../../core/report/figure-of.ts'
import { renderChart } from './render-chart.ts'
import { waferMap } from '../../core/report/wafer-map.ts'

/** Figures as SVG text by name; those without anything to show are left out. */
export type Charts = Readonly<Record<string, string>>

/** Draws every figure of a report that has data. The same record gives the same bytes. */
export function reportCharts(record: ExplorationRecord): Charts {
  const wafer = record.best && waferMap(record.best)
  const drawn = recordCharts(record, chartThemes.print).map((chart) => [chart.name, renderChart(chart)] as const)
  return { ...Object.fromEntries(drawn), ...(wafer && { wafer }) }
}

/** A figure as SVG. The same figure gives the same bytes, in a report or alone. */
export const drawFigure = ({ picture }: Figure): string => ('svg' in picture ? picture.svg : renderChart(picture.chart))

export const drawFigures = (figures: readonly Figure[]): Charts =>
  Object.fromEntries(figures.map((figure) => [figure.name, drawFigure(figure)]))
