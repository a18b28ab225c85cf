import { computed, type ComputedRef } from 'vue'
import { chartThemes, type ChartTheme } from '../../core/report/charts/chart-theme.ts'
import { useTheme } from '../stores/theme.ts'

/** The theme in which charts are built on the page as it looks now. */
export function useChartTheme(): ComputedRef<ChartTheme> {
  const theme = useTheme()
  return computed(() => chartThemes[theme.shown])
}
