import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import type { Mapping } from '../../../../core/mapping/mapping.ts'
import type { StoredPoint } from '../../../../core/report/run-record.ts'
import { trainedAt } from '../../../../core/search/point-source.ts'
import { machineOf, type Machine } from '../../../../core/simulator/machine.ts'
import type { StepInsight, TimelineInsight } from '../../../../core/simulator/insight/step-insight.ts'
import { buildWorkload, type Workload } from '../../../../core/workload/workload.ts'
import { client } from '../../../client.ts'
import { useWorkbench } from '../../../stores/workbench.ts'
import type { RunContext } from '../run-context.ts'
import { useAnswer, type Asked } from './use-answer.ts'
import { useWhatIf } from './what-if.ts'

/** What is asked about: a point, or what a person tries in its place. */
export interface Subject {
  readonly project: string
  readonly point: number
  readonly mapping?: Mapping
}

export interface Insight {
  readonly subject: ComputedRef<Subject | undefined>
  readonly point: ComputedRef<StoredPoint | undefined>
  /** The point where it is looked at as it is stored: of that a report has figures. */
  readonly kept: ComputedRef<number | undefined>
  /** What is looked at: the mapping of the point, or the one that is tried. */
  readonly mapping: ComputedRef<Mapping | undefined>
  readonly workload: ComputedRef<Workload | undefined>
  readonly machine: ComputedRef<Machine | undefined>
  /** By closed forms, at once. */
  readonly step: Asked<StepInsight>
  /** With transfers sharing the links; on request. */
  readonly shared: Asked<StepInsight>
  /** Event by event; on request. */
  readonly timeline: Asked<TimelineInsight>
}

const key: InjectionKey<Insight> = Symbol('insight')

/** Asks about the point of the run that is shown, for all of its sides. */
export function provideInsight(run: ComputedRef<RunContext | undefined>): Insight {
  const workbench = useWorkbench()
  const whatIf = useWhatIf()
  const point = computed(() => run.value?.point)
  const tried = computed(() => point.value && whatIf.mappingFor(point.value.id))
  const subject = computed((): Subject | undefined => {
    const { project } = workbench.place
    if (project === undefined || !point.value) return undefined
    return { project, point: point.value.id, ...(tried.value && { mapping: tried.value }) }
  })
  const insight: Insight = {
    subject,
    point,
    kept: computed(() => (tried.value ? undefined : point.value?.id)),
    mapping: computed(() => tried.value ?? point.value?.mapping),
    workload: computed(() => {
      const inputs = run.value?.view.run.inputs
      if (!inputs || !point.value) return undefined
      const { model, training } = trainedAt(inputs, point.value)
      return buildWorkload(model, training)
    }),
    machine: computed(() => point.value && machineOf(point.value.chip)),
    step: useAnswer(
      () => subject.value,
      (asked, signal) => client.evaluation.point({ ...asked, level: 'analytic' }, { signal }),
      true,
      // What is tried shows beside the answer of before until its own is there; another point has other stages.
      ({ project, point: id }) => [project, id]
    ),
    shared: useAnswer(
      () => subject.value,
      (asked, signal) => client.evaluation.point({ ...asked, level: 'fluid' }, { signal }),
      false
    ),
    timeline: useAnswer(
      () => subject.value,
      (asked, signal) => client.evaluation.timeline(asked, { signal }),
      false
    )
  }
  provide(key, insight)
  return insight
}

/** What is known of the point above this view. */
export function useInsight(): Insight {
  const insight = inject(key)
  if (!insight) throw new Error('no point is asked about above this view')
  return insight
}
