import { computed, shallowRef, watch } from 'vue'
import type { DefectMap } from '../../../core/chip/defects/defect-map.ts'
import type { StoredPoint } from '../../../core/report/run-record.ts'
import { replaced } from '../../../core/search/living-placement.ts'
import { machineOf } from '../../../core/simulator/machine.ts'
import { damagedMachine } from '../../../core/simulator/machine-defects.ts'
import { client } from '../../client.ts'
import { useWorkbench } from '../../stores/workbench.ts'

interface Stuck {
  readonly point: StoredPoint
  readonly map: DefectMap
  /** Of the map, as people call it. */
  readonly name: string
}

/**
 * A way on for a mapping that does not work on a wafer: its stages on dies that do.
 * @param stuck the point whose places do not work; undefined where they do
 * @param shown the point that is looked at
 * @param evaluate asked for once the moved point is looked at
 */
export function useMovedStages(
  stuck: () => Stuck | undefined,
  shown: () => number | undefined,
  evaluate: () => unknown
) {
  const workbench = useWorkbench()
  const moved = computed(() => {
    const now = stuck()
    return now && replaced(damagedMachine(machineOf(now.point.chip), now.map), now.point.mapping)
  })
  const kept = shallowRef<number>()
  watch(shown, (point) => {
    if (point === undefined || point !== kept.value) return
    kept.value = undefined
    evaluate()
  })
  return {
    /** Whether all stages find a place. */
    hasRoom: computed(() => moved.value !== undefined),
    /** Keeps the moved mapping as a point of its own and looks at it; the point that it is made from stays. */
    move: (): Promise<void> =>
      workbench.attempt(async () => {
        const [from, mapping, project] = [stuck(), moved.value, workbench.project]
        if (!from || !mapping || !project) return
        const label = `its stages moved off what is dead in ‘${from.name}’`
        const point = await client.evaluation.keep({ project: project.id, point: from.point.id, mapping, label })
        kept.value = point.id
        workbench.select({ point: point.id })
        workbench.notify(`Kept as point ${point.id}, made from point ${from.point.id}.`, {
          title: `Back to point ${from.point.id}`,
          run: () => workbench.select({ point: from.point.id })
        })
      })
  }
}
