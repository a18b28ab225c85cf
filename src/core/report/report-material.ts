import type { ExplorationRecord } from './exploration-record.ts'
import type { StepInsight, TimelineInsight } from '../simulator/insight/step-insight.ts'
import type { LastShown } from './last-shown.ts'
import type { StoredPoint } from './run-record.ts'

/** What is simulated of points for a report, as the project does not keep it; undefined for points that nobody asked about. */
export interface ReportInsights {
  /** By closed forms, taken apart. */
  readonly step: (point: number) => StepInsight | undefined
  /** With transfers sharing the links: how much of them is used. */
  readonly shared: (point: number) => StepInsight | undefined
  /** Event by event. */
  readonly timeline: (point: number) => TimelineInsight | undefined
}

/** What a report is built from; a run or a point that is not in the project any more is undefined. */
export interface ReportMaterial {
  /** The project's id, of which addresses are made, and its file; without id where the results are kept nowhere. */
  readonly project: { readonly id?: string; readonly name: string }
  readonly run: (id: number) => ExplorationRecord | undefined
  readonly point: (id: number) => StoredPoint | undefined
  /** What a block showed before its run or points were gone, by {@link shownHash}. */
  readonly lastShown?: (hash: string) => LastShown | undefined
  /** Left out where no figure needs it. */
  readonly insights?: ReportInsights
}
