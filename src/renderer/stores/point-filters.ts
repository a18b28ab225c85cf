import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import * as z from 'zod'
import { noFilters, type PointFilters } from '../../core/report/points/point-filters.ts'
import { pointMetrics, type PointMetricName } from '../../core/report/points/point-frame.ts'
import { recall, remember } from './page-memory.ts'
import { useWorkbench } from './workbench.ts'

const Metric = z.enum(pointMetrics.map(({ name }) => name))
const Ids = z.array(z.int()).transform((ids) => new Set(ids))
/** JSON has no infinity: an open end is null. */
const Range = z.tuple([
  z
    .number()
    .nullable()
    .transform((least) => least ?? Number.NEGATIVE_INFINITY),
  z
    .number()
    .nullable()
    .transform((most) => most ?? Number.POSITIVE_INFINITY)
])
const Kept = z.object({
  project: z.string().optional(),
  filters: z.object({
    ranges: z.partialRecord(Metric, Range),
    sources: z.array(z.string()).optional(),
    infeasibleToo: z.boolean(),
    kept: z.object({ ids: Ids, shape: z.enum(['rectangle', 'lasso']) }).optional(),
    excluded: Ids.optional()
  }),
  x: Metric,
  y: Metric,
  workload: z.string().nullable()
})
const KEY = 'tmac-point-filters'

/** As JSON has it. */
function plain({ kept, excluded, ...others }: PointFilters): unknown {
  return {
    ...others,
    ...(kept && { kept: { ...kept, ids: [...kept.ids] } }),
    ...(excluded && { excluded: [...excluded] })
  }
}

/** Which points are shown, and by what; every view of points keeps to it, and it stays from view to view, as long as the page's tab. */
export const usePointFilters = defineStore('point-filters', () => {
  const before = recall('sessionStorage', KEY, Kept)
  const filters = shallowRef<PointFilters>((before?.filters as PointFilters | undefined) ?? noFilters)
  const x = ref<PointMetricName>(before?.x ?? 'power_W')
  const y = ref<PointMetricName>(before?.y ?? 'tokensPerSecond')
  /** Of a run for several workloads the one that is looked at, null for the first. */
  const workload = ref<string | null>(before?.workload ?? null)

  // Points are chosen by their numbers in a project: those of another would leave out at random.
  const workbench = useWorkbench()
  let chosenIn = before?.project
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
  watch([filters, x, y, workload], () =>
    remember('sessionStorage', KEY, {
      project: chosenIn,
      filters: plain(filters.value),
      x: x.value,
      y: y.value,
      workload: workload.value
    })
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
