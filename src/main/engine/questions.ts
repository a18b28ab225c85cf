import type { Alternative, FrameworkAnswer } from '../../contract/evaluation-contract.ts'
import type { ProjectCheck } from '../../contract/projects-contract.ts'
import type { ChipSpec } from '../../core/chip/chip-spec.ts'
import type { DefectMap } from '../../core/chip/defects/defect-map.ts'
import type { FrameworkName } from '../../core/frameworks/framework.ts'
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

interface Asked {
  readonly situation: Situation
}

/** What can be asked, of a situation but for one, and what is answered, by kind. All of it is data that processes hand each other. */
export interface QuestionKinds {
  readonly step: { readonly asks: Asked & { readonly level: SimulatorLevel }; readonly answer: StepInsight }
  readonly timeline: { readonly asks: Asked; readonly answer: TimelineInsight }
  readonly detail: { readonly asks: Asked & { readonly span: TimeSpan }; readonly answer: TimelineColumns }
  readonly flows: { readonly asks: Asked & { readonly link: number }; readonly answer: readonly LinkFlow[] }
  readonly trace: { readonly asks: Asked & { readonly program: string }; readonly answer: string }
  readonly framework: {
    readonly asks: Asked & { readonly framework: FrameworkName; readonly program: string }
    readonly answer: FrameworkAnswer
  }
  readonly alternatives: {
    readonly asks: Asked & { readonly mappings: readonly Mapping[] }
    readonly answer: readonly Alternative[]
  }
  /** What is wrong with the project in a file. */
  readonly check: { readonly asks: { readonly path: string }; readonly answer: ProjectCheck }
}
export type QuestionKind = keyof QuestionKinds
/** Questions about a situation. */
export type StepQuestion = Exclude<QuestionKind, 'check'>
export type Question<Kind extends QuestionKind = QuestionKind> = {
  readonly [Name in Kind]: QuestionKinds[Name]['asks'] & { readonly kind: Name }
}[Kind]
export type AnswerTo<Kind extends QuestionKind> = QuestionKinds[Kind]['answer']
