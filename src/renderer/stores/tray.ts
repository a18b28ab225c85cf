import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import * as z from 'zod'
import { MOST_COMPARED } from './command-table.ts'
import { recall, remember } from './page-memory.ts'
import { addressOf, placeIn } from './place.ts'
import { useWorkbench } from './workbench.ts'

const TrayPoint = z.object({ project: z.string(), projectName: z.string(), point: z.int(), label: z.string() })
/** A point that a person has put aside for a comparison. */
export type TrayPoint = Readonly<z.infer<typeof TrayPoint>>
const KEY = 'tmac-tray'

const kept = (): readonly TrayPoint[] =>
  (recall('sessionStorage', KEY, z.array(TrayPoint)) ?? []).slice(0, MOST_COMPARED)

/** Points put aside for a comparison, from any view and any project; kept as long as the page's tab. */
export const useTray = defineStore('tray', () => {
  const workbench = useWorkbench()
  const points = ref<readonly TrayPoint[]>(kept())
  watch(points, (now) => remember('sessionStorage', KEY, now))

  const has = (point: number, project = workbench.project?.id): boolean =>
    points.value.some((one) => one.point === point && one.project === project)

  /** Puts a point of the open project in, or takes it out again. */
  function toggle(point: number, label: string): void {
    const { project } = workbench
    if (!project) return
    if (has(point)) points.value = points.value.filter((one) => one.point !== point || one.project !== project.id)
    else if (points.value.length >= MOST_COMPARED)
      workbench.notify(`At most ${MOST_COMPARED} points are compared; take one out first`)
    else points.value = [...points.value, { project: project.id, projectName: project.name, point, label }]
  }
  function remove(at: number): void {
    points.value = points.value.filter((_, index) => index !== at)
  }
  function clear(): void {
    points.value = []
  }
  /** The comparison of what is in the tray, in the open project or that of the first point. */
  function address(): string {
    const home = workbench.project?.id ?? points.value[0]?.project ?? ''
    const references = points.value.map(({ project, point }) => (project === home ? `${point}` : `${project}:${point}`))
    return addressOf({ ...placeIn(home, 'compare'), points: references })
  }
  return { points, has, toggle, remove, clear, address }
})
