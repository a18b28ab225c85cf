import { on } from 'node:events'
import { hasEnded, isActive } from '../../contract/job-status.ts'
import type { CheckAnswer, InterruptedRun, JobState, SearchSetup } from '../../contract/jobs-contract.ts'
import { Problem } from '../../core/problem.ts'
import { newTrack, type JobTrack } from '../../core/report/job-track.ts'
import type { Versions } from '../../core/report/run-record.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import type { ProjectLibrary } from '../projects/project-library.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { projectName } from '../projects/recent-projects.ts'
import type { RunWriter } from '../projects/run-writer.ts'
import { checkSearch } from './check-search.ts'
import { explorationOf, type ExplorationSetup } from './exploration-setup.ts'
import { interruptedRuns, isIn, markEnded } from './interrupted-runs.ts'
import { askToPause, runJob, type JobRunOptions } from './job-run.ts'
import { Job, queuedState } from './job.ts'
import { inBackground } from './in-background.ts'
import { SpareEngine } from './spare-engine.ts'

export interface JobServiceOptions extends JobRunOptions {
  readonly library: ProjectLibrary
  /** Threads of a search that does not say how many. */
  readonly workers: number
  readonly versions: Versions
}

/**
 * Searches that belong to the program, not to a window or a connection: who leaves and comes back finds them as they are. One has the
 * machine at a time, the others wait in the order in which they came. What a run keeps is enough to go on from after any end of the
 * program.
 */
export class JobService {
  readonly #options: JobServiceOptions
  readonly #jobs = new Map<number, Job>()
  readonly #spare: SpareEngine
  #closing = false

  constructor(options: JobServiceOptions) {
    this.#options = options
    this.#spare = new SpareEngine(inBackground(options.spawn))
  }

  list(): JobState[] {
    return [...this.#jobs.values()].map(({ state }) => state)
  }

  /** @param signal ends it when nobody waits for it any more @throws Problem of the set-up */
  check(setup: SearchSetup, signal?: AbortSignal): Promise<CheckAnswer> {
    const { inputs } = this.#setup(setup)
    const { workers = this.#options.workers, budget_s } = setup
    return checkSearch(inputs, { workers, budget_s }, this.#options.spawn, signal)
  }

  /** Starts an engine ahead of a search that is likely to be asked for. */
  prepare(): void {
    if (!this.#closing) this.#spare.prepare()
  }

  /** @throws Problem of the set-up */
  command(setup: SearchSetup): string {
    return this.#setup(setup).command
  }

  /** @throws Problem of the set-up or of the project */
  start(setup: SearchSetup): JobState {
    const { inputs, command } = this.#setup(setup)
    const track = newTrack(setup.workers ?? this.#options.workers, setup.budget_s ?? undefined)
    return this.#writing(setup.project, (store) => {
      const run = store.startRun(inputs, { command, versions: this.#options.versions })
      run.checkpoint({ results: {}, partial: {}, track })
      return this.#enter(setup.project, store, run, inputs, track, 0)
    })
  }

  /** Finishes the evaluations under way and keeps where the search stands. */
  pause(id: number): JobState {
    const job = this.#job(id)
    if (job.state.status === 'queued') this.#leaveQueue(job, 'paused')
    else askToPause(job)
    return job.state
  }

  resume(id: number): JobState {
    const job = this.#job(id)
    const { project, run, status } = job.state
    if (status !== 'paused') return job.state
    return this.#writing(project, (store) => {
      const writer = store.resumeRun(run)
      job.rearm()
      job.change({ status: 'queued', message: undefined })
      this.#queue.push({ job, store, writer })
      this.#next()
      return job.state
    })
  }

  /** @throws Problem when there is no such run, or it has finished, or it is running */
  resumeRun(project: string, runId: number): JobState {
    const known = [...this.#jobs.values()].find(
      ({ state }) => state.project === project && state.run === runId && !hasEnded(state)
    )
    if (known) return this.resume(known.state.id)
    return this.#writing(project, (store) => {
      const record = store.run(runId)
      const run = store.resumeRun(runId)
      const kept = (run.lastCheckpoint() as { track?: JobTrack } | undefined)?.track
      const track = kept ? withTimeLeft(kept) : newTrack(this.#options.workers, undefined)
      return this.#enter(project, store, run, record.inputs, track, record.pointCount)
    })
  }

  /** Ends a search with what it has; its run can be resumed. */
  stop(id: number): JobState {
    const job = this.#job(id)
    const { project, run, status } = job.state
    if (status === 'queued') this.#leaveQueue(job, 'stopped')
    else if (status === 'paused') this.dismissRun(project, run)
    else if (!hasEnded(job.state)) {
      job.change({ status: 'stopping' })
      job.stop.abort()
    }
    return job.state
  }

  /** Offers a run that can go on no more; it can be resumed all the same. */
  dismissRun(project: string, run: number): void {
    this.#writing(project, (store) => {
      const writer = store.resumeRun(run)
      markEnded(writer, 'stopped')
      writer.interrupt()
    })
    this.#options.library.endWriting(project)
    const paused = [...this.#jobs.values()].find(
      ({ state }) => isIn([state], project, run) && state.status === 'paused'
    )
    paused?.change({ status: 'stopped' })
  }

  /** Runs of projects opened lately that ended with their host or by a pause. Projects that cannot be read have none. */
  interrupted(): InterruptedRun[] {
    return interruptedRuns(
      this.#options.library,
      this.list().filter((state) => !hasEnded(state))
    )
  }

  track(id: number): JobTrack {
    return this.#job(id).track
  }

  async *watch(id: number, signal?: AbortSignal): AsyncGenerator<JobState> {
    const job = this.#job(id)
    yield job.state
    if (hasEnded(job.state)) return
    try {
      for await (const [state] of on(job.changes, 'change', signal ? { signal } : {}) as AsyncIterable<[JobState]>) {
        yield state
        if (hasEnded(state)) return
      }
    } catch (error) {
      if (!signal?.aborted) throw error
    }
  }

  /** Pauses every search and waits until where it stands is written; their runs are offered again at the next start. */
  async close(): Promise<void> {
    this.#closing = true
    this.#spare.close()
    for (const id of this.#jobs.keys()) this.pause(id)
    await Promise.all([...this.#jobs.values()].map(({ done }) => done))
  }

  // What waits for the machine, first come first served. Each holds its project open for writing.
  readonly #queue: { readonly job: Job; readonly store: ProjectStore; readonly writer: RunWriter }[] = []

  #setup(setup: SearchSetup): ExplorationSetup {
    return explorationOf(setup, this.#options.library.store(setup.project))
  }

  /** Opens a project for writing for what a job then keeps open. */
  #writing<Result>(project: string, use: (store: ProjectStore) => Result): Result {
    const store = this.#options.library.startWriting(project)
    try {
      return use(store)
    } catch (error) {
      this.#options.library.endWriting(project)
      throw error
    }
  }

  #enter(
    project: string,
    store: ProjectStore,
    writer: RunWriter,
    inputs: ExplorationInputs,
    track: JobTrack,
    pointCount: number
  ): JobState {
    const id = this.#jobs.size + 1
    const job = new Job(
      inputs,
      queuedState({ id, project, projectName: projectName(store.path), run: writer.id, inputs, track, pointCount }),
      track
    )
    this.#jobs.set(id, job)
    this.#queue.push({ job, store, writer })
    this.#next()
    return job.state
  }

  /** Gives the machine to the next that waits, if it is free. */
  #next(): void {
    if (this.#closing || [...this.#jobs.values()].some(({ state }) => isActive(state))) return
    const next = this.#queue.shift()
    if (!next) return
    next.job.done = runJob(next.job, next.store, next.writer, {
      ...this.#options,
      searchSpawn: this.#spare.spawn
    }).finally(() => {
      this.#options.library.endWriting(next.job.state.project)
      this.#next()
    })
  }

  #leaveQueue(job: Job, status: 'paused' | 'stopped'): void {
    const at = this.#queue.findIndex((one) => one.job === job)
    if (at < 0) return
    const { writer } = this.#queue[at]!
    this.#queue.splice(at, 1)
    markEnded(writer, status)
    writer.interrupt()
    this.#options.library.endWriting(job.state.project)
    job.change({ status })
  }

  #job(id: number): Job {
    const job = this.#jobs.get(id)
    if (!job)
      throw new Problem('unknown-name', `there is no search ${id}; it belonged to a program that has ended since`)
    return job
  }
}

/** A track whose time limit has passed gets as much again: who resumes its run wants it to go on. */
const withTimeLeft = (track: JobTrack): JobTrack =>
  track.budget_s !== null && track.elapsed_s >= track.budget_s
    ? { ...track, budget_s: track.elapsed_s + track.budget_s }
    : track
