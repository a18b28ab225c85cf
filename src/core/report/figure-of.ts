import { keptFront, frontChart } from './charts/front-chart.ts'
import type { Chart } from './charts/chart.ts'
import type { ChartTheme } from './charts/chart-theme.ts'
import { insightChart, memoryTimeOf } from './insight-charts.ts'
import { linksFigure } from './links-figure.ts'
import { memoryDiesFigure } from './memory-map.ts'
import { memoryChart } from './charts/memory-chart.ts'
import { policiesChart } from './charts/policies-chart.ts'
import { timeChart, type NamedEvaluation } from './charts/time-chart.ts'
import { waterfallChart } from './charts/waterfall-chart.ts'
import { bestPerSource, misfitName, pointName } from './exploration-record.ts'
import type { Figure } from './figure.ts'
import { pointColumns } from './point-columns.ts'
import type { ReportMaterial } from './report-material.ts'
import type { FigureSpec } from './report-spec.ts'
import type { StoredPoint } from './run-record.ts'
import { waferMap } from './wafer-map.ts'

/** The runs and points that a figure shows. */
export function sourcesOf(spec: FigureSpec): { readonly run?: number; readonly points: readonly number[] } {
  switch (spec.figure) {
    case 'front':
    case 'policies':
      return { run: spec.run, points: [] }
    case 'time':
    case 'memory':
    case 'timeline':
      return { points: spec.points }
    case 'waterfall':
      return { points: [spec.from, spec.to] }
    case 'wafer':
    case 'roofline':
    case 'breakdown':
    case 'memory-time':
    case 'memory-dies':
    case 'links':
      return { points: [spec.point] }
  }
}

const named = (point: StoredPoint): NamedEvaluation => ({
  name: `#${point.id} ${pointName(point)}`,
  evaluation: point.evaluation
})

/** The policies that do not fit, as far as they could be evaluated, of the runs of some points. */
const misfitsOf = (points: readonly StoredPoint[], material: ReportMaterial): NamedEvaluation[] =>
  [...new Set(points.map(({ runId }) => runId))].flatMap((run) =>
    (material.run(run)?.run.failedPolicies ?? []).flatMap(({ policy, evaluation }) =>
      evaluation ? [{ name: `${misfitName(policy)} (does not fit)`, evaluation }] : []
    )
  )

const ofChart = (name: string, chart: Chart): Figure => ({
  name,
  title: chart.title,
  sheet: chart.sheet(),
  picture: { chart: { ...chart, name } }
})

function waferFigure(name: string, point: StoredPoint): Figure | undefined {
  const svg = waferMap(point)
  if (svg === undefined) return undefined
  const { placement, region } = point.mapping
  return {
    name,
    title: 'Where each pipeline stage lies on the wafer, to scale',
    picture: { svg },
    sheet: {
      caption: `Regions of ${region.rows} × ${region.columns} dies by the place of their first die`,
      columns: ['replica', 'stage', 'row', 'column'].map((key) => ({ key, title: key, numeric: true })),
      rows: placement.flatMap((stages, replica) => stages.map(([row, column], stage) => [replica, stage, row, column]))
    }
  }
}

/**
 * The figure that a spec names, for a theme; the same on a page, in a report and from the command line.
 * @returns undefined where its run or points are not there, or have nothing to show
 */
export function figureOf(spec: FigureSpec, material: ReportMaterial, theme: ChartTheme): Figure | undefined {
  const { run, points: ids } = sourcesOf(spec)
  // Digits are fine behind letters: it becomes the beginning of identifiers.
  const name = `${spec.figure}${run === undefined ? `P${ids.join('x')}` : `R${run}`}`
  const points = ids.flatMap((id) => material.point(id) ?? [])
  if (points.length < ids.length) return undefined
  const record = run === undefined ? undefined : material.run(run)
  switch (spec.figure) {
    case 'front': {
      if (!record?.points.some(({ evaluation }) => evaluation.feasible)) return undefined
      const columns = pointColumns(record.points)
      return ofChart(name, frontChart({ columns, front: keptFront(columns), frontName: 'On the front' }, theme))
    }
    case 'policies':
      return record && ofChart(name, policiesChart(bestPerSource(record), record.run.failedPolicies, theme))
    case 'time':
      return ofChart(name, timeChart(points.map(named), theme))
    case 'memory':
      return ofChart(
        spec.misfits ? `${name}misfits` : name,
        memoryChart([...points.map(named), ...(spec.misfits ? misfitsOf(points, material) : [])], theme)
      )
    case 'waterfall':
      return ofChart(name, waterfallChart(named(points[0]!), named(points[1]!), theme))
    case 'wafer':
      return waferFigure(name, points[0]!)
    case 'roofline':
    case 'breakdown':
    case 'timeline': {
      const chart = insightChart(spec.figure, points, material, theme)
      return chart && ofChart(name, chart)
    }
    case 'memory-time': {
      const chart = memoryTimeOf(points[0]!, spec.stage, material, theme)
      return chart && ofChart(spec.stage === undefined ? name : `${name}S${spec.stage}`, chart)
    }
    case 'memory-dies':
      return memoryDiesFigure(name, points[0]!, points[0]!.evaluation.stages)
    case 'links': {
      const moment = spec.moment ?? 'mean'
      return linksFigure(moment === 'mean' ? name : `${name}peak`, moment, points[0]!, material, theme)
    }
  }
}
