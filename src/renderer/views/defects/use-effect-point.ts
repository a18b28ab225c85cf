import { computed, ref, shallowRef, watch } from 'vue'
import { gridOf, type DefectMap } from '../../../core/chip/defects/defect-map.ts'
import type { StoredPoint } from '../../../core/report/run-record.ts'
import { client, messageOf } from '../../client.ts'
import { useTray } from '../../stores/tray.ts'
import { useWorkbench } from '../../stores/workbench.ts'
import { effectPoints, type EffectPoint } from './effect-points.ts'

/** Whose mapping the defects are tried on: the point that is selected, else the first that is on the map's grid. */
export function useEffectPoint(map: () => DefectMap) {
  const [workbench, tray] = [useWorkbench(), useTray()]
  const project = computed(() => workbench.project!)
  const offered = shallowRef<readonly EffectPoint[]>()
  const failure = ref('')
  const isOnGrid = ({ chip: itsChip }: StoredPoint): boolean => {
    if (itsChip.kind !== 'wafer') return false
    const { rows, columns, wafers } = gridOf(itsChip)
    return rows === map().grid.rows && columns === map().grid.columns && wafers === map().grid.wafers
  }
  watch(
    [() => project.value.runs, () => tray.points],
    async (_now, _before, onCleanup) => {
      const reading = new AbortController()
      onCleanup(() => reading.abort())
      const found = await effectPoints(project.value, tray.points, reading.signal)
      if (!reading.signal.aborted) offered.value = found
    },
    { immediate: true }
  )
  const fitting = computed(() => offered.value?.filter(({ point }) => isOnGrid(point)) ?? [])
  /** A point of the address that is not among those offered. */
  const named = shallowRef<StoredPoint>()
  watch(
    [() => workbench.selection.point, offered],
    async ([chosen, known]) => {
      if (chosen === undefined || !known || known.some(({ point }) => point.id === chosen)) return
      try {
        failure.value = ''
        named.value = await client.runs.point({ project: project.value.id, point: chosen })
      } catch (error) {
        failure.value = messageOf(error)
      }
    },
    { immediate: true }
  )
  const point = computed((): StoredPoint | undefined => {
    const chosen = workbench.selection.point
    if (chosen === undefined) return fitting.value[0]?.point
    const known = [...(offered.value ?? []).map((one) => one.point), ...(named.value ? [named.value] : [])]
    return known.find((one) => one.id === chosen)
  })
  const misfit = computed(() => {
    if (!point.value || isOnGrid(point.value)) return undefined
    const { chip: itsChip, id: itsId } = point.value
    const { rows, columns } = map().grid
    const of = itsChip.kind === 'wafer' ? `a wafer of ${itsChip.grid.rows} × ${itsChip.grid.columns} dies` : 'a cluster'
    return `Point ${itsId} is on ${of}, and this map is of ${rows} × ${columns} dies: choose a point on the same grid.`
  })
  /** The point, where the map is of its grid. */
  const subject = computed(() => (misfit.value === undefined ? point.value : undefined))
  return { offered, failure, point, misfit, subject, isOnGrid }
}
