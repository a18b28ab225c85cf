import { computed, shallowRef, watch } from 'vue'
import type { RunRecord, StoredPoint } from '../../../core/report/run-record.ts'
import { client, messageOf } from '../../client.ts'
import { useWorkbench } from '../../stores/workbench.ts'

/** A point in a comparison. */
export interface ComparedPoint {
  /** As the address has it. */
  readonly reference: string
  /** ① to ⑧, its column. */
  readonly mark: string
  readonly project: string
  /** Undefined for the open project. */
  readonly projectName: string | undefined
  readonly point: StoredPoint
  readonly run: RunRecord
}
export interface LostPoint {
  readonly reference: string
  readonly reason: string
}

export const markAt = (index: number): string => String.fromCodePoint('①'.codePointAt(0)! + index)

const read = async (reference: string, home: string): Promise<Omit<ComparedPoint, 'mark'>> => {
  const [other, own] = reference.includes(':') ? reference.split(':') : [undefined, reference]
  const project = other ?? home
  const point = await client.runs.point({ project, point: Number(own) })
  const [{ run }, view] = await Promise.all([
    client.runs.view({ project, run: point.runId }),
    other === undefined ? undefined : client.projects.view({ project })
  ])
  return { reference, project, projectName: view?.name, point, run }
}

/**
 * Reads points, those of other projects from their files; one that is not there is told apart from the others.
 * @param named as an address names them
 */
export function useComparedPoints(named: () => readonly string[]) {
  const workbench = useWorkbench()
  const found = shallowRef<readonly (Omit<ComparedPoint, 'mark'> | LostPoint)[]>()
  const references = computed(() => named().join())

  async function load(): Promise<void> {
    const { project } = workbench.place
    if (project === undefined) return
    const points = named()
    const asked = references.value
    const answers = await Promise.all(
      points.map((reference) => read(reference, project).catch((error) => ({ reference, reason: messageOf(error) })))
    )
    if (references.value === asked) found.value = answers
  }
  watch(references, load, { immediate: true })

  return {
    loading: computed(() => found.value === undefined),
    points: computed((): readonly ComparedPoint[] =>
      (found.value ?? [])
        .flatMap((one) => ('point' in one ? [one] : []))
        .map((one, at) => ({ ...one, mark: markAt(at) }))
    ),
    lost: computed(() => (found.value ?? []).flatMap((one) => ('reason' in one ? [one] : [])))
  }
}
