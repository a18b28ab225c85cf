import { memoryCategories } from '../categories.ts'
import { formatBytes_B } from '../../format/format-quantity.ts'
import type { Chart } from './chart.ts'
import type { ChartTheme } from './chart-theme.ts'
import { stackedBars } from './stacked-bars.ts'
import type { NamedEvaluation } from './time-chart.ts'

/** What fills a die at the worst moment of the fullest stage, against its capacity: a line where all designs have the same. */
export function memoryChart(designs: readonly NamedEvaluation[], theme: ChartTheme): Chart {
  return stackedBars(
    {
      name: 'memory',
      title: 'Peak memory of a die (B)',
      caption: 'Peak memory of a die, by what fills it',
      bars: designs.map(({ name }) => name),
      parts: memoryCategories.map(([key, name]) => ({
        key: `${key}_B`,
        name,
        values: designs.map(({ evaluation }) => evaluation.memory_B[key])
      })),
      totals: { key: 'peak_B', title: 'Peak', values: designs.map(({ evaluation }) => evaluation.memory_B.peak) },
      format: formatBytes_B,
      limit: { name: 'capacity', values: designs.map(({ evaluation }) => evaluation.memory_B.capacity) }
    },
    theme
  )
}
