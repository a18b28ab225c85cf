import { eventIterator, type } from '@orpc/contract'
import * as z from 'zod'
import type { CheckFindings } from '../core/search/check-findings.ts'
import type { Objective } from '../core/search/exploration.ts'
import type { JobTrack } from '../core/report/job-track.ts'
import type { Remaining } from '../core/search/remaining-time.ts'
import { base, ProjectInput } from './base.ts'
import { SearchSpec } from './search-spec.ts'

/** A search to be started: its set-up, in a project. */
export const SearchSetup = SearchSpec.extend(ProjectInput.shape)
export type SearchSetup = z.infer<typeof SearchSetup>

/**
 * A job waits for its turn, runs, and ends; paused it keeps where it stands and gives its turn away. What is pausing finishes the
 * evaluations that are under way, what is stopping is brought to an end with what it has.
 */
export type JobStatus = 'queued' | 'running' | 'pausing' | 'paused' | 'stopping' | 'finished' | 'stopped' | 'failed'

/** Where a search stands. */
export interface JobState {
  readonly id: number
  readonly project: string
  readonly projectName: string
  readonly run: number
  readonly model: string
  readonly chip: string
  readonly objective: Objective
  readonly status: JobStatus
  readonly startedAt: string
  /** Time it has run, pauses and interruptions left out. */
  readonly elapsed_s: number
  /** Of all its running time; undefined when it runs to its end. */
  readonly budget_s: number | undefined
  readonly phase: string
  /** Share of the whole that is done, 0..1. */
  readonly share: number
  readonly remaining: Remaining
  readonly best_tokensPerSecond: number | undefined
  readonly gap: number | undefined
  /** Points kept so far. */
  readonly pointCount: number
  readonly workers: number
  readonly busyWorkers: number
  readonly evaluations: number
  readonly evaluationsPerSecond: number
  /** Designs that were turned down, by the limit they break. */
  readonly refusals: Readonly<Record<string, number>>
  /** Times that its engine died and was started again. */
  readonly restarts: number
  /** What keeps it from finding a design that fits, once it has looked for a while. */
  readonly obstacle: string | undefined
  /** Why it failed or was paused, why nothing fits, or the answer in a sentence. */
  readonly message: string | undefined
  /** The last words of an engine that died. */
  readonly log: string | undefined
}

/** A run that ended before its search did, with its host or by a pause, and can go on. */
export interface InterruptedRun {
  readonly project: string
  readonly projectName: string
  readonly run: number
  readonly model: string
  readonly chip: string
  readonly startedAt: string
  readonly share: number
  readonly elapsed_s: number
  readonly budget_s: number | undefined
  readonly pointCount: number
  readonly paused: boolean
}

export interface CheckAnswer {
  readonly findings: CheckFindings
  /** Numbers that look like a wrong unit, and a time limit that looks too short, in words. */
  readonly warnings: readonly string[]
}

const JobInput = z.strictObject({ job: z.int().positive() })

export const jobsContract = {
  list: base.output(type<readonly JobState[]>()),
  /** Runs that can go on, in the projects that were opened lately; none that a person stopped. */
  interrupted: base.output(type<readonly InterruptedRun[]>()),
  /** Starts an engine ahead of a search that is likely to be asked for. */
  prepare: base.output(type<void>()),
  /** A look at the space for a few seconds before a night is spent on it; over when the one who asked no longer waits. */
  check: base.input(SearchSetup).output(type<CheckAnswer>()),
  /** The command that does the same. */
  command: base.input(SearchSetup).output(type<string>()),
  /** Starts a search, or queues it behind those that run. */
  start: base.input(SearchSetup).output(type<JobState>()),
  pause: base.input(JobInput).output(type<JobState>()),
  resume: base.input(JobInput).output(type<JobState>()),
  /** Goes on with a run that was paused, stopped or interrupted, also by a program that has ended. */
  resumeRun: base.input(ProjectInput.extend({ run: z.int().positive() })).output(type<JobState>()),
  /** Offers an interrupted run no more. */
  dismissRun: base.input(ProjectInput.extend({ run: z.int().positive() })).output(type<void>()),
  /** Ends a search with what it has. */
  stop: base.input(JobInput).output(type<JobState>()),
  /** The state now, and whenever it changes, at most twice a second, until the job has ended. Leaving does not end the job. */
  watch: base.input(JobInput).output(eventIterator(type<JobState>())),
  /** How a job came to where it is. */
  track: base.input(JobInput).output(type<JobTrack>())
}
