import type { ExplorationRecord } from './exploration-record.ts'
import type { StoredPoint } from './run-record.ts'

/** What a report is built from; a run or a point that is not in the project any more is undefined. */
export interface ReportMaterial {
  /** The project's id, of which addresses are made, and its file. */
  readonly project: { readonly id: string; readonly name: string }
  readonly run: (id: number) => ExplorationRecord | undefined
  readonly point: (id: number) => StoredPoint | undefined
}
