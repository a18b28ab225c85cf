import { EventEmitter, on } from 'node:events'
import type { JobState, JobStatus, SearchSetup } from '../../contract/jobs-contract.ts'
import { Problem } from '../../core/problem.ts'
import type { Versions } from '../../core/report/run-record.ts'
import type { SpawnEngine } from '../host/spawn-engine.ts'
import type { ProjectLibrary } from '../projects/project-library.ts'
import { explorationOf } from './exploration-setup.ts'
import { runExplorationJob, type FinishedJob, type JobProgress } from './exploration-job.ts'

interface Job {
  state: JobState
  readonly controller: AbortController
  readonly changes: EventEmitter
  readonly begun: number
  readonly done: Promise<void>
}

export interface JobServiceOptions {
  readonly library: ProjectLibrary
  readonly spawn: SpawnEngine
  readonly workers: number
  readonly versions: Versions
}

const hasEnded = (status: JobStatus): boolean => status !== 'running' && status !== 'stopping'

/** Searches that belong to the program, not to a window or a connection: who leaves and comes back finds them as they are. */
export class JobService {
  readonly #options: JobServiceOptions
  readonly #jobs = new Map<number, Job>()

  constructor(options: JobServiceOptions) {
    this.#options = options
  }

  list(): JobState[] {
    return [...this.#jobs.values()].map(({ state }) => state)
  }

  /** @throws Problem of the set-up or of the project */
  start(setup: SearchSetup): JobState {
    const { library, spawn, workers, versions } = this.#options
    if (this.list().some(({ project, status }) => project === setup.project && !hasEnded(status)))
      throw new Problem('locked-project', 'a search is running on this project. Wait for it to end, or stop it')
    const { inputs, command } = explorationOf(setup, library.store(setup.project).documents)
    const store = library.startWriting(setup.project)
    const controller = new AbortController()
    let job: Job
    try {
      const run = store.startRun(inputs, { command, versions })
      const id = this.#jobs.size + 1
      const state: JobState = {
        id,
        project: setup.project,
        run: run.id,
        model: inputs.model.name,
        chip: inputs.chip.title || inputs.chip.name,
        status: 'running',
        startedAt: new Date().toISOString(),
        elapsed_s: 0,
        budget_s: setup.budget_s,
        phase: 'starting',
        share: 0,
        best_tokensPerSecond: undefined,
        gap: undefined,
        pointCount: 0,
        message: undefined
      }
      // The engine starts on the next turn, when the job is known.
      const done = Promise.resolve()
        .then(() =>
          runExplorationJob({
            inputs,
            run,
            workers,
            spawn,
            budget_s: setup.budget_s,
            signal: controller.signal,
            onProgress: (progress) => this.#progress(job, progress)
          })
        )
        .then(
          (finished) => this.#end(job, finished),
          (error: unknown) => this.#fail(job, error)
        )
      job = { state, controller, changes: new EventEmitter(), begun: Date.now(), done }
      job.changes.setMaxListeners(0)
      this.#jobs.set(id, job)
      return state
    } catch (error) {
      library.endWriting(setup.project)
      throw error
    }
  }

  /** Ends a search with what it has; its run can be resumed from the command line. */
  stop(id: number): JobState {
    const job = this.#job(id)
    if (hasEnded(job.state.status)) return job.state
    this.#change(job, { status: 'stopping' })
    job.controller.abort()
    return job.state
  }

  async *watch(id: number, signal?: AbortSignal): AsyncGenerator<JobState> {
    const job = this.#job(id)
    yield job.state
    if (hasEnded(job.state.status)) return
    try {
      for await (const [state] of on(job.changes, 'change', signal ? { signal } : {}) as AsyncIterable<[JobState]>) {
        yield state
        if (hasEnded(state.status)) return
      }
    } catch (error) {
      if (!signal?.aborted) throw error
    }
  }

  /** Stops every search and waits until what they found is written. */
  async close(): Promise<void> {
    for (const id of this.#jobs.keys()) this.stop(id)
    await Promise.all([...this.#jobs.values()].map(({ done }) => done))
  }

  #job(id: number): Job {
    const job = this.#jobs.get(id)
    if (!job)
      throw new Problem('unknown-name', `there is no search ${id}; it belonged to a program that has ended since`)
    return job
  }

  #change(job: Job, change: Partial<JobState>): void {
    job.state = { ...job.state, elapsed_s: (Date.now() - job.begun) / 1000, ...change }
    job.changes.emit('change', job.state)
  }

  #points(job: Job): number {
    return this.#options.library.store(job.state.project).run(job.state.run).pointCount
  }

  #progress(job: Job, progress: JobProgress): void {
    if (hasEnded(job.state.status)) return
    this.#change(job, { ...progress, pointCount: this.#points(job) })
  }

  #end(job: Job, { outcome, ended }: FinishedJob): void {
    const pointCount = this.#points(job)
    this.#options.library.endWriting(job.state.project)
    this.#change(job, {
      status: ended === 'interrupted' ? 'stopped' : 'finished',
      share: ended === 'complete' ? 1 : job.state.share,
      best_tokensPerSecond: outcome.best?.evaluation.tokensPerSecond ?? job.state.best_tokensPerSecond,
      gap: outcome.certificate?.gap ?? job.state.gap,
      pointCount,
      message: outcome.best ? undefined : outcome.infeasibility?.message
    })
  }

  #fail(job: Job, error: unknown): void {
    this.#options.library.endWriting(job.state.project)
    this.#change(job, { status: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}
