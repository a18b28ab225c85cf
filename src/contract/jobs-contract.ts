import { eventIterator, type } from '@orpc/contract'
import * as z from 'zod'
import { base, ProjectInput } from './base.ts'
import { SearchSpec } from './search-spec.ts'

/** A search to be started: its set-up, in a project. */
export const SearchSetup = SearchSpec.extend(ProjectInput.shape)
export type SearchSetup = z.infer<typeof SearchSetup>

export type JobStatus = 'running' | 'stopping' | 'finished' | 'stopped' | 'failed'

/** Where a search stands. */
export interface JobState {
  readonly id: number
  readonly project: string
  readonly run: number
  readonly model: string
  readonly chip: string
  readonly status: JobStatus
  readonly startedAt: string
  readonly elapsed_s: number
  readonly budget_s: number
  readonly phase: string
  /** Share of the whole that is done, 0..1. */
  readonly share: number
  readonly best_tokensPerSecond: number | undefined
  readonly gap: number | undefined
  /** Points kept so far. */
  readonly pointCount: number
  /** Why it failed, or why nothing fits. */
  readonly message: string | undefined
}

const JobInput = z.strictObject({ job: z.int().positive() })

export const jobsContract = {
  list: base.output(type<readonly JobState[]>()),
  start: base.input(SearchSetup).output(type<JobState>()),
  stop: base.input(JobInput).output(type<JobState>()),
  /** The state now, and whenever it changes, until the job has ended. Leaving does not end the job. */
  watch: base.input(JobInput).output(eventIterator(type<JobState>()))
}
