import { Problem } from '../../core/problem.ts'
import { sourcesOf } from '../../core/report/figure-of.ts'
import type { ReportInsights } from '../../core/report/report-material.ts'
import type { FigureSpec, ReportBlock } from '../../core/report/report-spec.ts'
import type { StepInsight, TimelineInsight } from '../../core/simulator/insight/step-insight.ts'
import { answerQuestion } from '../engine/answer-question.ts'
import type { EvaluationService } from '../evaluation/evaluation-service.ts'
import { situationOf } from '../evaluation/situation-of.ts'
import type { ProjectStore } from '../projects/project-store.ts'

/** Who simulates points of a project for its reports. */
export interface InsightSource {
  readonly step: (point: number) => Promise<StepInsight>
  readonly shared: (point: number) => Promise<StepInsight>
  readonly timeline: (point: number) => Promise<TimelineInsight>
}

/** Asks the engine of the workbench, which keeps answers that the page asked for. */
export const insightsOfService = (evaluation: EvaluationService, project: string): InsightSource => ({
  step: (point) => evaluation.point({ project, point }, 'analytic'),
  shared: (point) => evaluation.point({ project, point }, 'fluid'),
  timeline: (point) => evaluation.timeline({ project, point })
})

/** Simulates in this process: for a command, which has nothing else to do. */
export const insightsHere = (store: ProjectStore): InsightSource => ({
  step: async (point) => answerQuestion({ kind: 'step', level: 'analytic', situation: situationOf(store, point) }),
  shared: async (point) => answerQuestion({ kind: 'step', level: 'fluid', situation: situationOf(store, point) }),
  timeline: async (point) => answerQuestion({ kind: 'timeline', situation: situationOf(store, point) })
})

/** Asks each once; a point that is gone or cannot be simulated any more has no answer, and its block says that it is stale. */
async function answers<Answer>(
  points: readonly number[],
  ask: (point: number) => Promise<Answer>
): Promise<(point: number) => Answer | undefined> {
  const found = new Map<number, Answer>()
  await Promise.all(
    [...new Set(points)].map(async (point) => {
      try {
        found.set(point, await ask(point))
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
    })
  )
  return (point) => found.get(point)
}

/** Simulates what the figures of a report show and the project does not keep. */
export async function gatherInsights(blocks: readonly ReportBlock[], source: InsightSource): Promise<ReportInsights> {
  const figures = blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure] : []))
  const pointsOf = (needs: (figure: FigureSpec) => boolean): number[] =>
    figures.filter(needs).flatMap((figure) => sourcesOf(figure).points)
  const [step, shared, timeline] = await Promise.all([
    answers(
      pointsOf(({ figure }) => ['roofline', 'breakdown', 'memory-time'].includes(figure)),
      source.step
    ),
    answers(
      pointsOf((spec) => spec.figure === 'links' && spec.moment !== 'peak'),
      source.shared
    ),
    answers(
      pointsOf(
        (spec) =>
          ['timeline', 'memory-time'].includes(spec.figure) || (spec.figure === 'links' && spec.moment === 'peak')
      ),
      source.timeline
    )
  ])
  return { step, shared, timeline }
}
