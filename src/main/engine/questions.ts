import type { Alternative } from '../../contract/evaluation-contract.ts'
import type { ChipSpec } from '../../core/chip/chip-spec.ts'
import type { DefectMap } from '../../core/chip/defects/defect-map.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { SimulatorLevel } from '../../core/simulator/evaluation.ts'
import type { TimelineColumns } from '../../core/simulator/event/timeline-columns.ts'
import type { LinkFlow } from '../../core/simulator/insight/link-columns.ts'
import type { StepInsight, TimelineInsight, TimeSpan } from '../../core/simulator/insight/step-insight.ts'
import type { ModelSpec } from '../../core/workload/model-spec.ts'
import type { TrainingSpec } from '../../core/workload/training-spec.ts'

/** Who trains what on which wafer, by which mapping. */
export interface Situation {
  readonly model: ModelSpec
  readonly training: TrainingSpec
  readonly chip: ChipSpec
  readonly defects?: DefectMap
  readonly mapping: Mapping
}

/** What can be asked of a situation, and what is answered, by kind. All of it is data that processes hand each other. */
export interface QuestionKinds {
  readonly step: { readonly asks: { readonly level: SimulatorLevel }; readonly answer: StepInsight }
  readonly timeline: { readonly asks: object; readonly answer: TimelineInsight }
  readonly detail: { readonly asks: { readonly span: TimeSpan }; readonly answer: TimelineColumns }
  readonly flows: { readonly asks: { readonly link: number }; readonly answer: readonly LinkFlow[] }
  readonly trace: { readonly asks: { readonly program: string }; readonly answer: string }
  readonly alternatives: {
    readonly asks: { readonly mappings: readonly Mapping[] }
    readonly answer: readonly Alternative[]
  }
}
export type QuestionKind = keyof QuestionKinds
export type Question<Kind extends QuestionKind = QuestionKind> = {
  readonly [Name in Kind]: QuestionKinds[Name]['asks'] & { readonly kind: Name; readonly situation: Situation }
}[Kind]
export type AnswerTo<Kind extends QuestionKind> = QuestionKinds[Kind]['answer']
