import { bestPerSource, pointName, type ExplorationRecord } from '../exploration-record.ts'
import { pointColumns } from '../point-columns.ts'
import type { Chart } from './chart.ts'
import type { ChartTheme } from './chart-theme.ts'
import { frontChart, keptFront } from './front-chart.ts'
import { memoryChart } from './memory-chart.ts'
import { policiesChart } from './policies-chart.ts'
import { timeChart, type NamedEvaluation } from './time-chart.ts'

/** Ours and each policy on the run's own chip. */
const compared = (record: ExplorationRecord): NamedEvaluation[] =>
  bestPerSource(record).map((point) => ({ name: pointName(point), evaluation: point.evaluation }))

/** The policies that do not fit, as far as they could be evaluated. */
const misfits = ({ run }: ExplorationRecord): NamedEvaluation[] =>
  run.failedPolicies.flatMap(({ policy, evaluation }) =>
    evaluation ? [{ name: `${policy} (does not fit)`, evaluation }] : []
  )

/** The charts of a run; those without anything to show are left out. */
export function recordCharts(record: ExplorationRecord, theme: ChartTheme): Chart[] {
  const designs = compared(record)
  const columns = pointColumns(record.points)
  return [
    ...(designs.length > 0
      ? [
          policiesChart(bestPerSource(record), record.run.failedPolicies, theme),
          timeChart(designs, theme),
          memoryChart([...designs, ...misfits(record)], theme)
        ]
      : []),
    ...(columns.feasible.includes(true)
      ? [frontChart({ columns, front: keptFront(columns), frontName: 'On the front' }, theme)]
      : [])
  ]
}
