import { type } from '@orpc/contract'
import * as z from 'zod'
import type { Verdict } from '../core/chip/verdict.ts'
import type { PointColumns } from '../core/report/point-columns.ts'
import type { DesignPoint, RunRecord, RunStatus, StoredPoint } from '../core/report/run-record.ts'
import type { Objective } from '../core/search/exploration.ts'
import { base, ProjectInput } from './base.ts'

/** A run in a list. */
export interface RunSummary {
  readonly id: number
  /** What it is for, in words. */
  readonly model: string
  /** Name of the model of its first workload. */
  readonly firstModel: string
  readonly chip: string
  /** Of its first workload. */
  readonly globalBatch: number
  /** Of its first workload. */
  readonly sequenceLength: number
  /** The case of a study that it is; undefined for an exploration of its own. */
  readonly studyCase: string | undefined
  readonly status: RunStatus
  /** Whether its search has something left to do, and nobody is at it. */
  readonly canGoOn: boolean
  readonly createdAt: string
  readonly objective: Objective
  readonly pointCount: number
  readonly best_tokensPerSecond: number | undefined
  readonly gap: number | undefined
  /** What a person wrote beside it. */
  readonly note: string
}

/** A run in the trash. */
export type TrashedRun = Pick<RunSummary, 'id' | 'model' | 'chip' | 'createdAt' | 'pointCount'>

/** A run with what its summary, its comparison and its breakdowns need; the other points come by {@link PointColumns}. */
export interface RunView {
  readonly run: RunRecord
  readonly best: StoredPoint | undefined
  /** The points on the run's own chip: ours and the policies'. */
  readonly compared: readonly StoredPoint[]
  /** The points of the wafers that the run ranks for several workloads, or by what they withstand. */
  readonly ranked: readonly DesignPoint[]
  readonly verdicts: readonly Verdict[]
}

export type { PointColumns } from '../core/report/point-columns.ts'

const RunInput = ProjectInput.extend({ run: z.int().positive() })

/** A page of points: a project of a million is read without keeping the program from anything else for long. */
export const POINTS_AT_ONCE = 10_000

export const runsContract = {
  view: base.input(RunInput).output(type<RunView>()),
  /** @see PointColumns; those kept after an ordinal, {@link POINTS_AT_ONCE} at most: as many say that there may be more */
  columns: base.input(RunInput.extend({ after: z.int().nonnegative() })).output(type<PointColumns>()),
  point: base.input(ProjectInput.extend({ point: z.int().positive() })).output(type<StoredPoint>()),
  /** Puts a run into the trash; reports keep what they showed of it. */
  trash: base.input(RunInput).output(type<void>()),
  restore: base.input(RunInput).output(type<void>()),
  note: base.input(RunInput.extend({ note: z.string().max(4000) })).output(type<void>())
}
