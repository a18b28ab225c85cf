import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { noFilters, type PointFilters } from '../../core/report/points/point-filters.ts'
import type { PointMetricName } from '../../core/report/points/point-frame.ts'

/** Which points are shown, and by what; every view of points keeps to it, and it stays from view to view. */
export const usePointFilters = defineStore('point-filters', () => {
  const filters = shallowRef<PointFilters>(noFilters)
  const x = ref<PointMetricName>('power_W')
  const y = ref<PointMetricName>('tokensPerSecond')
  /** Of a run for several workloads the one that is looked at, null for the first. */
  const workload = ref<string | null>(null)

  return {
    filters,
    x,
    y,
    workload,
    set(changed: PointFilters): void {
      filters.value = changed
    },
    range(metric: PointMetricName, bounds: readonly [number, number]): void {
      filters.value = { ...filters.value, ranges: { ...filters.value.ranges, [metric]: bounds } }
    },
    clear(): void {
      filters.value = noFilters
    }
  }
})
