import {
  computed,
  inject,
  onMounted,
  onUnmounted,
  provide,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type InjectionKey,
  type Ref
} from 'vue'
import type { PointColumns, RunView } from '../../../contract/runs-contract.ts'
import { bestPerSource, type ExplorationRecord } from '../../../core/report/exploration-record.ts'
import type { StoredPoint } from '../../../core/report/run-record.ts'
import { client, messageOf } from '../../client.ts'
import { readColumns } from '../../stores/point-columns.ts'
import { useWorkbench } from '../../stores/workbench.ts'

/** What every side of a run's results is about. */
export interface RunContext {
  readonly view: RunView
  readonly record: ExplorationRecord
  /** All kept points, one array per quantity; undefined until they have come. */
  readonly columns: PointColumns | undefined
  /** The selected point, else the best. Undefined while none fits. */
  readonly point: StoredPoint | undefined
  /** The best of every source, the fastest first. */
  readonly ranked: readonly StoredPoint[]
  /** The point, then the best of other sources. */
  readonly compared: readonly StoredPoint[]
}

const key: InjectionKey<ComputedRef<RunContext | undefined>> = Symbol('run')
const OTHERS = 5

/** Reads the run and the point that the address names, again when the run changes, and gives them to the views below. */
export function provideRun() {
  const workbench = useWorkbench()
  const view = shallowRef<RunView>()
  const columns = shallowRef<PointColumns>()
  const selected = shallowRef<StoredPoint>()
  const failure = ref('')
  const pointFailure = ref('')
  let gone = false
  onUnmounted(() => (gone = true))

  async function attempt(told: Ref<string>, action: () => Promise<void>): Promise<void> {
    try {
      told.value = ''
      await action()
    } catch (error) {
      told.value = messageOf(error)
    }
  }
  const load = (): Promise<void> =>
    attempt(failure, async () => {
      const { project, item: run } = workbench.place
      if (project === undefined || run === undefined) return
      const found = await client.runs.view({ project, run })
      if (view.value?.run.id !== run) columns.value = undefined
      view.value = found
      // Asked for later: what is short is not to wait for what is long.
      const isWanted = (): boolean => view.value === found && !gone
      const all = await readColumns((after) => client.runs.columns({ project, run, after }), isWanted)
      if (all && isWanted()) columns.value = all
    })
  const loadPoint = (): Promise<void> =>
    attempt(pointFailure, async () => {
      const { project, selection } = workbench.place
      if (project === undefined || selection.point === undefined) return void (selected.value = undefined)
      const found = await client.runs.point({ project, point: selection.point })
      if (workbench.selection.point === found.id) selected.value = found
    })

  onMounted(load)
  watch(() => workbench.selection.point, loadPoint, { immediate: true })
  watch(() => workbench.project?.runs.find(({ id }) => id === workbench.place.item)?.status, load)

  const context = computed((): RunContext | undefined => {
    if (!view.value) return undefined
    const { run, best, compared: points, verdicts } = view.value
    const record = { run, points, best, verdicts, project: workbench.project?.name ?? '' }
    const ranked = bestPerSource(record)
    const point = workbench.selection.point === undefined ? best : selected.value
    const others = ranked.filter(({ id }) => id !== point?.id)
    const compared = point ? [point, ...others.slice(0, OTHERS)] : others.slice(0, OTHERS + 1)
    return { view: view.value, record, columns: columns.value, point, ranked, compared }
  })
  provide(key, context)
  return { context, failure, pointFailure }
}

/** The run that the view above reads. Views inside are shown once it is there. */
export function useRun(): ComputedRef<RunContext> {
  const context = inject(key)
  if (!context) throw new Error('no run is read above this view')
  return computed(() => context.value!)
}
