import { trainedAt } from '../search/point-source.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import type { Chart } from './charts/chart.ts'
import type { ChartTheme } from './charts/chart-theme.ts'
import { memoryTimeChart } from './charts/memory-time-chart.ts'
import { rooflineChart } from './charts/roofline-chart.ts'
import { stepChart } from './charts/step-chart.ts'
import { timelineChart } from './charts/timeline-chart.ts'
import { timelinesChart, type NamedTimeline } from './charts/timelines-chart.ts'
import { pointName } from './exploration-record.ts'
import { formatTime_s } from '../format/format-quantity.ts'
import { fullestAt_s, fullestStage, memorySeries } from './memory-view.ts'
import type { ReportMaterial } from './report-material.ts'
import { rooflinePoints, roofsOf } from './roofline.ts'
import type { StoredPoint } from './run-record.ts'
import { stepBars } from './step-bars.ts'
import { criticalBars, timelineBars, timelineRows } from './timeline-bars.ts'

/** One step as a whole with its critical path; of several, one below the other. */
function timelineOf(points: readonly StoredPoint[], material: ReportMaterial, theme: ChartTheme): Chart | undefined {
  const designs = points.flatMap(
    (point): (NamedTimeline & { readonly critical: ReturnType<typeof criticalBars> })[] => {
      const step = material.insights?.timeline(point.id)
      if (!step) return []
      const critical = criticalBars(step.timeline, step.critical, [0, step.time_s])
      return [{ name: `#${point.id} ${pointName(point)}`, stages: point.mapping.stages.length, step, critical }]
    }
  )
  if (designs.length < points.length) return undefined
  const [first, second] = designs
  if (second || !first) return timelinesChart(designs, theme)
  const { stages, critical } = first
  const { timeline, time_s } = first.step
  const window = [0, time_s] as const
  const rows = timelineRows([...Array(stages).keys()], false)
  const { bars, isBinned } = timelineBars(timeline, rows, window)
  const figure = { timeline, rows, bars, isBinned, window, critical, arrows: [], selected: -1 }
  // Paper cannot be zoomed into, which the title on a page tells of.
  return { ...timelineChart(figure, theme), title: `What every stage does in a step of ${formatTime_s(time_s)}` }
}

/**
 * The chart of what is simulated for a report, as the results show it of a point.
 * @returns undefined where a point was not simulated, or has nothing to show
 */
export function insightChart(
  figure: 'roofline' | 'breakdown' | 'timeline',
  points: readonly StoredPoint[],
  material: ReportMaterial,
  theme: ChartTheme
): Chart | undefined {
  if (figure === 'timeline') return timelineOf(points, material, theme)
  const point = points[0]!
  const step = material.insights?.step(point.id)
  const inputs = material.run(point.runId)?.run.inputs
  if (!step || !inputs) return undefined
  const { model, training } = trainedAt(inputs, point)
  const named = { workload: buildWorkload(model, training), mapping: point.mapping }
  if (figure === 'roofline') {
    const operators = rooflinePoints(step, named)
    return operators.length === 0 ? undefined : rooflineChart(operators, roofsOf(machineOf(point.chip)), theme)
  }
  const stage = step.stages.criticalStage
  return stepChart(
    stepBars(step, named, 'operator', stage),
    `Time of one step by operators on stage ${stage} (s)`,
    theme
  )
}

/**
 * Memory of a stage's die over a whole step, marked where it is fullest.
 * @param stage the fullest when left out
 * @returns undefined where the point was not simulated or has no such stage
 */
export function memoryTimeOf(
  { id }: StoredPoint,
  stage: number | undefined,
  material: ReportMaterial,
  theme: ChartTheme
): Chart | undefined {
  const [step, told] = [material.insights?.step(id), material.insights?.timeline(id)]
  if (!step || !told) return undefined
  const chosen = stage ?? fullestStage(step.evaluation.stages)
  const curve = told.memory[chosen]
  if (!curve) return undefined
  const view = { stage: chosen, capacity_B: step.memory.capacity_B, window: [0, told.time_s] as const }
  return memoryTimeChart(memorySeries(step.memory, curve), { ...view, instant: fullestAt_s(curve) }, theme)
}
