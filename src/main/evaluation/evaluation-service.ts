import type { Alternative, FrameworkAnswer } from '../../contract/evaluation-contract.ts'
import type { ProjectCheck } from '../../contract/projects-contract.ts'
import type { DefectMap } from '../../core/chip/defects/defect-map.ts'
import { contentHash } from '../../core/content-hash.ts'
import type { FrameworkName } from '../../core/frameworks/framework.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { StoredPoint } from '../../core/report/run-record.ts'
import { keptPoint } from '../../core/search/kept-point.ts'
import { sourceFor, workloadOfSource } from '../../core/search/point-source.ts'
import type { SimulatorLevel } from '../../core/simulator/evaluation.ts'
import type { TimelineColumns } from '../../core/simulator/event/timeline-columns.ts'
import type { LinkFlow } from '../../core/simulator/insight/link-columns.ts'
import type { StepInsight, TimelineInsight, TimeSpan } from '../../core/simulator/insight/step-insight.ts'
import { machineOf } from '../../core/simulator/machine.ts'
import { buildWorkload } from '../../core/workload/workload.ts'
import type { AnswerTo, Question, QuestionKind, Situation } from '../engine/questions.ts'
import type { SpawnEngine } from '../host/spawn-engine.ts'
import { mappingFromText } from '../input/mapping-input.ts'
import type { ProjectLibrary } from '../projects/project-library.ts'
import { AnswerCache } from './answer-cache.ts'
import { EvaluationEngine } from './evaluation-engine.ts'
import { situationOf } from './situation-of.ts'

/** Answers that are kept: timelines of large steps take a few megabytes each. */
const KEPT_B = 128e6

/** A stored point, or another mapping in its place. */
export interface PointQuestion {
  readonly project: string
  readonly point: number
  readonly mapping?: Mapping | undefined
}

export interface EvaluationOptions {
  readonly library: ProjectLibrary
  readonly spawn: SpawnEngine
  /** The program and its version, for what it exports. */
  readonly program: string
}

/** Answers questions about points of projects, never on this process's own thread. */
export class EvaluationService {
  readonly #library: ProjectLibrary
  readonly #program: string
  readonly #engine: EvaluationEngine
  readonly #answers = new AnswerCache(KEPT_B)

  constructor({ library, spawn, program }: EvaluationOptions) {
    this.#library = library
    this.#program = program
    this.#engine = new EvaluationEngine(spawn)
  }

  point(asked: PointQuestion, level: SimulatorLevel, signal?: AbortSignal): Promise<StepInsight> {
    return this.#answer({ kind: 'step', situation: this.#situation(asked), level }, signal)
  }

  timeline(asked: PointQuestion, signal?: AbortSignal): Promise<TimelineInsight> {
    return this.#answer({ kind: 'timeline', situation: this.#situation(asked) }, signal)
  }

  timelineDetail(asked: PointQuestion, span: TimeSpan, signal?: AbortSignal): Promise<TimelineColumns> {
    return this.#answer({ kind: 'detail', situation: this.#situation(asked), span }, signal)
  }

  linkFlows(asked: PointQuestion, link: number, signal?: AbortSignal): Promise<readonly LinkFlow[]> {
    return this.#answer({ kind: 'flows', situation: this.#situation(asked), link }, signal)
  }

  alternatives(
    asked: PointQuestion,
    mappings: readonly Mapping[],
    signal?: AbortSignal
  ): Promise<readonly Alternative[]> {
    return this.#answer({ kind: 'alternatives', situation: this.#situation(asked), mappings }, signal)
  }

  /** The point on the same wafer with these defects in place of those it was found with. */
  damaged(asked: PointQuestion, level: SimulatorLevel, defects: DefectMap, signal?: AbortSignal): Promise<StepInsight> {
    return this.#answer({ kind: 'step', situation: { ...this.#situation(asked), defects }, level }, signal)
  }

  /** Large, and asked for once: not kept. */
  trace(asked: PointQuestion, signal?: AbortSignal): Promise<string> {
    return this.#engine.ask({ kind: 'trace', situation: this.#situation(asked), program: this.#program }, signal)
  }

  framework(asked: PointQuestion, framework: FrameworkName, signal?: AbortSignal): Promise<FrameworkAnswer> {
    const situation = this.#situation(asked)
    return this.#answer({ kind: 'framework', situation, framework, program: this.#program }, signal)
  }

  /** @throws Problem of the mapping, or of the project's file */
  async keep(
    { project, point, mapping, label }: PointQuestion & { readonly mapping: Mapping; readonly label: string },
    signal?: AbortSignal
  ): Promise<StoredPoint> {
    const situation = this.#situation({ project, point, mapping })
    const { evaluation } = await this.#answer({ kind: 'step', situation, level: 'analytic' }, signal)
    const workload = buildWorkload(situation.model, situation.training)
    return this.#library.write(project, (store) => {
      const source = sourceFor('what-if', workloadOfSource(store.point(point).source))
      return store.keepDerived(
        point,
        keptPoint(workload, machineOf(situation.chip), source, label, mapping, evaluation)
      )
    })
  }

  /** Reads a project as a whole; asked anew each time. @throws Problem of the file */
  check(project: string, signal?: AbortSignal): Promise<ProjectCheck> {
    return this.#engine.ask({ kind: 'check', path: this.#library.store(project).path }, signal)
  }

  /** Another program's mapping in a point's place, kept as a point that is derived from it. @throws Problem as `keep` does, or of the file */
  importMapping(
    { project, point, fileName, text }: PointQuestion & { readonly fileName: string; readonly text: string },
    signal?: AbortSignal
  ): Promise<StoredPoint> {
    const mapping = mappingFromText(fileName, text)
    return this.keep({ project, point, mapping, label: `from ${fileName}` }, signal)
  }

  close(): void {
    this.#engine.close()
  }

  /** @throws Problem `unknown-name` */
  #situation({ project, point, mapping }: PointQuestion): Situation {
    return situationOf(this.#library.store(project), point, mapping)
  }

  #answer<Kind extends QuestionKind>(
    question: Question<Kind>,
    signal: AbortSignal | undefined
  ): Promise<AnswerTo<Kind>> {
    return this.#answers.get(contentHash(question), (own) => this.#engine.ask(question, own), signal)
  }
}
