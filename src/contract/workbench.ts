import { eventIterator, oc, type, type ContractRouterClient } from '@orpc/contract'
import * as z from 'zod'
import type { ChipSpec } from '../core/chip/chip-spec.ts'
import type { Verdict } from '../core/chip/verdict.ts'
import type { RunRecord, RunStatus, StoredPoint } from '../core/report/run-record.ts'
import type { Objective } from '../core/search/exploration.ts'
import { problemCodes } from '../core/problem.ts'

/** What a page runs in, and what that can do. */
export interface HostInfo {
  readonly version: string
  readonly host: 'desktop' | 'browser'
  /** Whether `projects.choose` opens a dialog of the operating system; without it the person types a path. */
  readonly choosesFiles: boolean
  /** Where new projects are put. */
  readonly projectFolder: string
  /** Threads a search may take. */
  readonly workers: number
}

export interface RecentProject {
  /** Stays the same for the same file. */
  readonly id: string
  readonly name: string
  readonly path: string
  readonly openedAt: string
  /** False when the file is not there any more. */
  readonly exists: boolean
}

/** A run in a list. */
export interface RunSummary {
  readonly id: number
  readonly model: string
  readonly chip: string
  readonly status: RunStatus
  readonly createdAt: string
  readonly objective: Objective
  readonly pointCount: number
  readonly best_tokensPerSecond: number | undefined
  readonly gap: number | undefined
}

export interface ProjectView {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly runs: readonly RunSummary[]
}

/** A run with what its summary, its comparison and its breakdowns need; the other points come by {@link PointColumns}. */
export interface RunView {
  readonly run: RunRecord
  readonly best: StoredPoint | undefined
  /** The points on the run's own chip: ours and the policies'. */
  readonly compared: readonly StoredPoint[]
  readonly verdicts: readonly Verdict[]
}

/** Points of a run, one array per quantity, in the order in which they were kept. */
export interface PointColumns {
  readonly id: readonly number[]
  readonly ordinal: readonly number[]
  readonly source: readonly string[]
  readonly label: readonly string[]
  readonly onFront: readonly boolean[]
  readonly feasible: readonly boolean[]
  readonly tokensPerSecond: readonly number[]
  readonly iterationTime_s: readonly number[]
  readonly power_W: readonly number[]
  readonly peakMemory_B: readonly number[]
  readonly area_mm2: readonly (number | null)[]
  readonly cost_usd: readonly (number | null)[]
}

export interface ModelChoice {
  readonly name: string
  readonly title: string
  readonly layers: number
  readonly hidden: number
  readonly experts: number | undefined
  readonly longestSequence: number
}
export interface ChipChoice {
  readonly name: string
  readonly title: string
  readonly kind: ChipSpec['kind']
  readonly dies: number
  readonly peak_flops: number
  readonly memory_B: number
}

const name = z.string().trim().min(1).max(120)

/** What a person sets before a search. */
export const SearchSetup = z.strictObject({
  project: z.string().min(1),
  model: name,
  chip: name,
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

const project = z.strictObject({ project: z.string().min(1) })
const run = project.extend({ run: z.int().positive() })
const path = z.string().min(1).max(4096)

/** A refusal for a person: the message of a Problem, with its code and where in the input it lies. */
const base = oc.errors({ PROBLEM: { data: z.object({ code: z.enum(problemCodes), path: z.string() }) } })

/** Everything a page may ask the program. */
export const workbenchContract = {
  host: { info: base.output(type<HostInfo>()) },
  presets: {
    models: base.output(type<readonly ModelChoice[]>()),
    chips: base.output(type<readonly ChipChoice[]>())
  },
  projects: {
    recent: base.output(type<readonly RecentProject[]>()),
    forget: base.input(project).output(type<readonly RecentProject[]>()),
    /** Asks the person for a file, where the host can; undefined when they change their mind. */
    choose: base.output(type<string | undefined>()),
    open: base.input(z.strictObject({ path })).output(type<ProjectView>()),
    openSample: base.output(type<ProjectView>()),
    create: base.input(z.strictObject({ name })).output(type<ProjectView>()),
    /** A project opened before, by its id. */
    view: base.input(project).output(type<ProjectView>())
  },
  runs: {
    view: base.input(run).output(type<RunView>()),
    /** @see PointColumns; only those kept after an ordinal where one is given */
    columns: base.input(run.extend({ after: z.int().nonnegative() })).output(type<PointColumns>()),
    point: base.input(project.extend({ point: z.int().positive() })).output(type<StoredPoint>())
  },
  jobs: {
    list: base.output(type<readonly JobState[]>()),
    start: base.input(SearchSetup).output(type<JobState>()),
    stop: base.input(z.strictObject({ job: z.int().positive() })).output(type<JobState>()),
    /** The state now, and whenever it changes, until the job has ended. Leaving does not end the job. */
    watch: base.input(z.strictObject({ job: z.int().positive() })).output(eventIterator(type<JobState>()))
  }
}
export type WorkbenchContract = typeof workbenchContract
/** What a page, and a test, calls; whatever carries it. */
export type WorkbenchClient = ContractRouterClient<WorkbenchContract>
