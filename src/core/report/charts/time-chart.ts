import type { Evaluation } from '../../simulator/evaluation.ts'
import { timeCategories } from '../categories.ts'
import { formatTime_s } from '../../format/format-quantity.ts'
import type { Chart } from './chart.ts'
import type { ChartTheme } from './chart-theme.ts'
import { stackedBars } from './stacked-bars.ts'

/** An evaluation with the name it is shown under. */
export interface NamedEvaluation {
  readonly name: string
  readonly evaluation: Evaluation
}

/** Where the seconds of one step go; a bar's parts sum to the step. */
export const timeChart = (designs: readonly NamedEvaluation[], theme: ChartTheme): Chart =>
  stackedBars(
    {
      name: 'time',
      title: 'Time of one optimizer step (s)',
      caption: 'Where the time of one optimizer step goes',
      bars: designs.map(({ name }) => name),
      parts: timeCategories.map(([key, name]) => ({
        key: `${key}_s`,
        name,
        values: designs.map(({ evaluation }) => evaluation.time_s[key])
      })),
      totals: {
        key: 'iterationTime_s',
        title: 'Step',
        values: designs.map(({ evaluation }) => evaluation.iterationTime_s)
      },
      format: formatTime_s
    },
    theme
  )
