import { isActive } from '../../contract/job-status.ts'
import { Problem } from '../../core/problem.ts'
import { bindingSentence } from '../../core/report/check-words.ts'
import { formatBytes_B } from '../../core/format/format-quantity.ts'
import { outcomeSentence } from '../../core/report/outcome-sentence.ts'
import type { SpawnEngine } from '../host/spawn-engine.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import type { RunWriter } from '../projects/run-writer.ts'
import { findingsOf } from './check-search.ts'
import { EngineFailure, MOST_RESTARTS, restartWords } from './engine-failure.ts'
import { runExplorationJob, type FinishedJob, type PausedJob } from './exploration-job.ts'
import { freeSpace_B, reserve_B } from './free-space.ts'
import type { Job } from './job.ts'

export interface JobRunOptions {
  readonly spawn: SpawnEngine
  /** Starts the engine of the search itself, where that is another way: one that is ready already. */
  readonly searchSpawn?: SpawnEngine
  /** Bytes free beside a file, where the system says. */
  readonly freeSpace_B?: (path: string) => number | undefined
  /** A search that has found nothing for this long is looked at for what is in its way. */
  readonly obstacleAfter_s?: number
  /** The disk is looked at this often while a search runs. */
  readonly diskEvery_s?: number
}

const OBSTACLE_AFTER_s = 60
const DISK_EVERY_s = 5

/** Lets a running search finish its evaluations under way and stand still; any other is as it was. */
export function askToPause(job: Job): void {
  if (job.state.status !== 'running') return
  job.change({ status: 'pausing', message: undefined })
  job.pause.abort()
}

/**
 * Runs a search that has its turn, until it has ended or stands still; what becomes of it is told by the job.
 * @returns a promise that is never refused for what goes wrong with the search
 */
export function runJob(job: Job, store: ProjectStore, run: RunWriter, options: JobRunOptions): Promise<void> {
  const spawn = options.searchSpawn ?? options.spawn
  const { budget_s, restarts } = job.state
  let died = 0
  job.change({
    status: 'running',
    phase: 'starting',
    remaining: { kind: 'unknown', reason: 'no estimate yet: it has just begun' }
  })
  const watching = watchOver(job, store, options)
  // The engine starts on the next turn, when the job is known.
  return Promise.resolve()
    .then(() =>
      runExplorationJob({
        inputs: job.inputs,
        run,
        workers: job.state.workers,
        spawn,
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
      (finished) => end(job, store, finished),
      (error: unknown) => fail(job, error)
    )
    .finally(watching)
}

/** Looks after a running search: room on the disk, and whether it gets anywhere. @returns what ends that */
function watchOver(job: Job, store: ProjectStore, options: JobRunOptions): () => void {
  const { obstacleAfter_s = OBSTACLE_AFTER_s, diskEvery_s = DISK_EVERY_s } = options
  const free = options.freeSpace_B ?? freeSpace_B
  const least_B = reserve_B(free(store.path))
  const disk = setInterval(() => {
    const left_B = free(store.path)
    if (left_B === undefined || left_B >= least_B || job.state.status !== 'running') return
    askToPause(job)
    job.change({
      message:
        `Paused: the disk of '${store.path}' has ${formatBytes_B(left_B)} left, and searches leave ` +
        `${formatBytes_B(least_B)} free. Make room and resume`
    })
  }, diskEvery_s * 1000)
  const obstacle = setTimeout(() => void explain(job, options.spawn), obstacleAfter_s * 1000)
  return () => {
    clearInterval(disk)
    clearTimeout(obstacle)
  }
}

/** Says what is in the way of a search that has found nothing that fits. */
async function explain(job: Job, spawn: SpawnEngine): Promise<void> {
  const nothing = (): boolean => isActive(job.state) && job.state.best_tokensPerSecond === undefined
  if (!nothing() || job.state.pointCount > 0) return
  try {
    const findings = await findingsOf(job.inputs, 1, spawn)
    if (nothing()) job.change({ obstacle: bindingSentence(findings) })
  } catch (error) {
    // The search itself goes on and ends with its own reasons.
    if (!(error instanceof Problem)) throw error
  }
}

function end(job: Job, store: ProjectStore, { outcome, ended }: FinishedJob | PausedJob): void {
  const pointCount = store.pointCount(job.state.run)
  const rest = { pointCount, busyWorkers: 0, evaluationsPerSecond: 0 }
  if (!outcome) {
    const status = job.stop.signal.aborted ? 'stopped' : 'paused'
    return job.change({ ...rest, status, phase: status })
  }
  job.change({
    ...rest,
    status: ended === 'stopped' ? 'stopped' : 'finished',
    share: ended === 'complete' ? 1 : job.state.share,
    best_tokensPerSecond: outcome.best?.evaluation.tokensPerSecond ?? job.state.best_tokensPerSecond,
    gap: outcome.certificate?.gap ?? job.state.gap,
    obstacle: undefined,
    message: outcomeSentence(outcome)
  })
}

function fail(job: Job, error: unknown): void {
  job.change({
    status: 'failed',
    busyWorkers: 0,
    message: error instanceof Error ? error.message : String(error),
    ...(error instanceof EngineFailure && { log: error.log })
  })
}
