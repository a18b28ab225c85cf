import { on } from 'node:events'
import { hasEnded, isActive } from '../../contract/job-status.ts'
import type { CheckAnswer, InterruptedRun, JobState, SearchSetup } from '../../contract/jobs-contract.ts'
import { Problem } from '../../core/problem.ts'
import { bindingSentence } from '../../core/report/check-words.ts'
import { formatBytes_B } from '../../core/report/format-quantity.ts'
import { newTrack, type JobTrack } from '../../core/report/job-track.ts'
import { outcomeSentence } from '../../core/report/outcome-sentence.ts'
import type { RunRecord, Versions } from '../../core/report/run-record.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import type { SpawnEngine } from '../host/spawn-engine.ts'
import type { ProjectLibrary } from '../projects/project-library.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { projectName } from '../projects/recent-projects.ts'
import type { RunWriter } from '../projects/run-writer.ts'
import { checkSearch, findingsOf } from './check-search.ts'
import { EngineFailure, MOST_RESTARTS, restartWords } from './engine-failure.ts'
import { explorationOf, type ExplorationSetup } from './exploration-setup.ts'
import { runExplorationJob, type Checkpoint, type FinishedJob, type PausedJob } from './exploration-job.ts'
import { freeSpace_B, reserve_B } from './free-space.ts'
import { Job } from './job.ts'
import { SpareEngine } from './spare-engine.ts'

export interface JobServiceOptions {
  readonly library: ProjectLibrary
  readonly spawn: SpawnEngine
  /** Threads of a search that does not say how many. */
  readonly workers: number
  readonly versions: Versions
  /** Bytes free beside a file, where the system says. */
  readonly freeSpace_B?: (path: string) => number | undefined
  /** A search that has found nothing for this long is looked at for what is in its way. */
  readonly obstacleAfter_s?: number
  /** The disk is looked at this often while a search runs. */
  readonly diskEvery_s?: number
}

const OBSTACLE_AFTER_s = 60
const DISK_EVERY_s = 5

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
    this.#spare = new SpareEngine(options.spawn)
  }

  list(): JobState[] {
    return [...this.#jobs.values()].map(({ state }) => state)
  }

  /** @param signal ends it when nobody waits for it any more @throws Problem of the set-up */
  check(setup: SearchSetup, signal?: AbortSignal): Promise<CheckAnswer> {
    const { inputs } = this.#setup(setup)
    return checkSearch(inputs, setup.workers ?? this.#options.workers, this.#options.spawn, signal)
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
    else if (job.state.status === 'running') {
      job.change({ status: 'pausing', message: undefined })
      job.pause.abort()
    }
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
    const { library } = this.#options
    const live = this.list().filter((state) => !hasEnded(state))
    return library
      .recent()
      .filter(({ exists }) => exists)
      .flatMap(({ id }) => {
        try {
          const store = library.store(id)
          return store
            .runs()
            .filter(({ status, id: run }) => status === 'interrupted' && !isIn(live, id, run))
            .flatMap((record) => interruptedRun(id, store, record))
        } catch (error) {
          if (error instanceof Problem) return []
          throw error
        }
      })
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
    return explorationOf(setup, this.#options.library.store(setup.project).documents)
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
    const last = track.samples.at(-1)
    const state: JobState = {
      id: this.#jobs.size + 1,
      project,
      projectName: projectName(store.path),
      run: writer.id,
      model: inputs.model.name,
      chip: inputs.chip.title || inputs.chip.name,
      objective: inputs.objective,
      status: 'queued',
      startedAt: new Date().toISOString(),
      elapsed_s: track.elapsed_s,
      budget_s: track.budget_s ?? undefined,
      phase: 'waiting for its turn',
      share: track.share,
      remaining: { kind: 'unknown', reason: 'no estimate yet: it has not begun' },
      best_tokensPerSecond: last?.best_tokensPerSecond,
      gap: last?.gap,
      pointCount,
      workers: track.workers,
      busyWorkers: 0,
      evaluations: last?.evaluations ?? 0,
      evaluationsPerSecond: 0,
      refusals: {},
      restarts: 0,
      obstacle: undefined,
      message: undefined,
      log: undefined
    }
    const job = new Job(inputs, state, track)
    this.#jobs.set(state.id, job)
    this.#queue.push({ job, store, writer })
    this.#next()
    return job.state
  }

  /** Gives the machine to the next that waits, if it is free. */
  #next(): void {
    if (this.#closing || [...this.#jobs.values()].some(({ state }) => isActive(state))) return
    const next = this.#queue.shift()
    if (next) this.#run(next.job, next.store, next.writer)
  }

  #run(job: Job, store: ProjectStore, run: RunWriter): void {
    const { library } = this.#options
    const { project, budget_s, restarts } = job.state
    let died = 0
    job.change({
      status: 'running',
      phase: 'starting',
      remaining: { kind: 'unknown', reason: 'no estimate yet: it has just begun' }
    })
    const watching = this.#watchOver(job, store)
    // The engine starts on the next turn, when the job is known.
    job.done = Promise.resolve()
      .then(() =>
        runExplorationJob({
          inputs: job.inputs,
          run,
          workers: job.state.workers,
          spawn: this.#spare.spawn,
          budget_s: budget_s === undefined ? undefined : Math.max(0, budget_s - job.track.elapsed_s),
          signal: job.stop.signal,
          pause: job.pause.signal,
          onProgress: (progress, track) => job.progress(progress, track, () => store.pointCount(run.id)),
          onRestart: (how, log) =>
            job.change({
              restarts: restarts + ++died,
              message: `${restartWords(how)}, ${died} of at most ${MOST_RESTARTS} times`,
              log
            })
        })
      )
      .then(
        (finished) => this.#end(job, store, finished),
        (error: unknown) => this.#fail(job, error)
      )
      .finally(() => {
        watching()
        library.endWriting(project)
        this.#next()
      })
  }

  /** Looks after a running search: room on the disk, and whether it gets anywhere. @returns what ends that */
  #watchOver(job: Job, store: ProjectStore): () => void {
    const { obstacleAfter_s = OBSTACLE_AFTER_s, diskEvery_s = DISK_EVERY_s } = this.#options
    const free = this.#options.freeSpace_B ?? freeSpace_B
    const least_B = reserve_B(free(store.path))
    const disk = setInterval(() => {
      const left_B = free(store.path)
      if (left_B === undefined || left_B >= least_B || job.state.status !== 'running') return
      this.pause(job.state.id)
      job.change({
        message:
          `Paused: the disk of '${store.path}' has ${formatBytes_B(left_B)} left, and searches leave ` +
          `${formatBytes_B(least_B)} free. Make room and resume`
      })
    }, diskEvery_s * 1000)
    const obstacle = setTimeout(() => void this.#explain(job), obstacleAfter_s * 1000)
    return () => {
      clearInterval(disk)
      clearTimeout(obstacle)
    }
  }

  /** Says what is in the way of a search that has found nothing that fits. */
  async #explain(job: Job): Promise<void> {
    const nothing = (): boolean => isActive(job.state) && job.state.best_tokensPerSecond === undefined
    if (!nothing() || job.state.pointCount > 0) return
    try {
      const findings = await findingsOf(job.inputs, 1, this.#options.spawn)
      if (nothing()) job.change({ obstacle: bindingSentence(findings) })
    } catch (error) {
      // The search itself goes on and ends with its own reasons.
      if (!(error instanceof Problem)) throw error
    }
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

  #end(job: Job, store: ProjectStore, { outcome, ended }: FinishedJob | PausedJob): void {
    const pointCount = store.pointCount(job.state.run)
    const rest = { pointCount, busyWorkers: 0, evaluationsPerSecond: 0 }
    if (!outcome) {
      const status = job.stop.signal.aborted ? 'stopped' : 'paused'
      return job.change({ ...rest, status, phase: status })
    }
    job.change({
      ...rest,
      status: ended === 'interrupted' ? 'stopped' : 'finished',
      share: ended === 'complete' ? 1 : job.state.share,
      best_tokensPerSecond: outcome.best?.evaluation.tokensPerSecond ?? job.state.best_tokensPerSecond,
      gap: outcome.certificate?.gap ?? job.state.gap,
      obstacle: undefined,
      message: outcomeSentence(outcome)
    })
  }

  #fail(job: Job, error: unknown): void {
    job.change({
      status: 'failed',
      busyWorkers: 0,
      message: error instanceof Error ? error.message : String(error),
      ...(error instanceof EngineFailure && { log: error.log })
    })
  }
}

/** A track whose time limit has passed gets as much again: who resumes its run wants it to go on. */
const withTimeLeft = (track: JobTrack): JobTrack =>
  track.budget_s !== null && track.elapsed_s >= track.budget_s
    ? { ...track, budget_s: track.elapsed_s + track.budget_s }
    : track

/** Notes with a run how a person ended it. */
function markEnded(run: RunWriter, ended: JobTrack['ended']): void {
  const checkpoint = run.lastCheckpoint() as Checkpoint | undefined
  if (checkpoint?.track) run.checkpoint({ ...checkpoint, track: { ...checkpoint.track, ended } })
}

const isIn = (states: readonly JobState[], project: string, run: number): boolean =>
  states.some((state) => state.project === project && state.run === run)

/** An interrupted run as a list offers it; none for one that a person stopped. */
function interruptedRun(project: string, store: ProjectStore, record: RunRecord): InterruptedRun[] {
  const track = store.track(record.id)
  if (!track || track.ended === 'stopped') return []
  return [
    {
      project,
      projectName: projectName(store.path),
      run: record.id,
      model: record.inputs.model.name,
      chip: record.inputs.chip.title || record.inputs.chip.name,
      startedAt: record.createdAt,
      share: track.share,
      elapsed_s: track.elapsed_s,
      budget_s: track.budget_s ?? undefined,
      pointCount: record.pointCount,
      paused: track.ended === 'paused'
    }
  ]
}
