import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { noFilters, type PointFilters } from '../../core/report/points/point-filters.ts'
import type { PointMetricName } from '../../core/report/points/point-frame.ts'
import { useWorkbench } from './workbench.ts'

/** Which points are shown, and by what; every view of points keeps to it, and it stays from view to view. */
export const usePointFilters = defineStore('point-filters', () => {
  const filters = shallowRef<PointFilters>(noFilters)
  const x = ref<PointMetricName>('power_W')
  const y = ref<PointMetricName>('tokensPerSecond')
  /** Of a run for several workloads the one that is looked at, null for the first. */
  const workload = ref<string | null>(null)

  // Points are chosen by their numbers in a project: those of another would leave out at random.
  const workbench = useWorkbench()
  let chosenIn: string | undefined
  watch(
    () => workbench.project?.id,
    (now) => {
      if (now === undefined || now === chosenIn) return
      chosenIn = now
      const { kept: _kept, excluded: _excluded, ...others } = filters.value
      filters.value = others
    },
    { immediate: true }
  )

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
