import { formatTime_s } from '../../format/format-quantity.ts'
import { stepParts, total_s, type StepBar } from '../step-bars.ts'
import type { Chart } from './chart.ts'
import type { ChartTheme } from './chart-theme.ts'
import { stackedBars } from './stacked-bars.ts'

/** Seconds of one step by what it is made of, each bar by what is done in them. */
export const stepChart = (bars: readonly StepBar[], title: string, theme: ChartTheme): Chart =>
  stackedBars(
    {
      name: 'step',
      title,
      caption: 'Seconds of one optimizer step',
      bars: bars.map(({ name }) => name),
      parts: stepParts.map(([key, name]) => ({
        key: `${key}_s`,
        name,
        values: bars.map(({ parts_s }) => parts_s[key])
      })),
      totals: { key: 'total_s', title: 'Total', values: bars.map(({ parts_s }) => total_s(parts_s)) },
      format: formatTime_s
    },
    theme
  )
