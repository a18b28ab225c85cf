import type { StageEvaluation } from '../../simulator/evaluation.ts'
import { memoryCategories } from '../categories.ts'
import { formatBytes_B } from '../../format/format-quantity.ts'
import type { Chart } from './chart.ts'
import type { ChartTheme } from './chart-theme.ts'
import { stackedBars } from './stacked-bars.ts'

/** Bytes on a die of every stage at its fullest, by category, beside the capacity. */
export const stageMemoryChart = (stages: readonly StageEvaluation[], theme: ChartTheme): Chart =>
  stackedBars(
    {
      name: 'stagememory',
      title: 'Peak memory of a die by stage (B)',
      caption: 'Bytes on a die of each stage at its fullest',
      bars: stages.map(({ stage }) => `stage ${stage}`),
      parts: memoryCategories.map(([key, name]) => ({
        key: `${key}_B`,
        name,
        values: stages.map(({ memory_B }) => memory_B[key])
      })),
      totals: { key: 'peak_B', title: 'Peak', values: stages.map(({ memory_B }) => memory_B.peak) },
      format: formatBytes_B,
      limit: { name: 'capacity', values: stages.map(({ memory_B }) => memory_B.capacity) }
    },
    theme
  )
