import { eventIterator, type } from '@orpc/contract'
import * as z from 'zod'
import { base, Name, ProjectInput } from './base.ts'

/** What a person sets before a search. */
export const SearchSetup = z.strictObject({
  project: ProjectInput.shape.project,
  model: Name,
  chip: Name,
  globalBatch: z.int().min(1).max(1_000_000),
  sequenceLength: z.int().min(1).max(10_000_000),
  objective: z.enum(['throughput', 'energy', 'throughput-per-watt', 'throughput-per-cost']),
  exploreWafers: z.boolean().describe('whether wafers around the chip are explored, too'),
  waivePowerCap: z.boolean(),
  budget_s: z
    .number()
    .min(1)
    .max(7 * 24 * 3600)
})
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
