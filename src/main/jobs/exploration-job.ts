import { Problem } from '../../core/problem.ts'
import type { Shard } from '../../core/shard.ts'
import { newTrack, trackAfter, trackWithIncumbent, type JobTrack } from '../../core/report/job-track.ts'
import type { ExplorationInputs, ExplorationOutcome, KeptPoint } from '../../core/search/exploration.ts'
import {
  EMPTY_JOURNAL,
  JOURNAL_FORMAT,
  type EngineProgress,
  type FromEngine,
  type Journal
} from '../engine/protocol.ts'
import type { EngineProcess, SpawnEngine } from '../host/spawn-engine.ts'
import type { RunWriter } from '../projects/run-writer.ts'
import { engineFailure, MOST_RESTARTS } from './engine-failure.ts'

/** What a run keeps to go on from, and to show how it came there. Plain JSON data. */
export interface Checkpoint extends Journal {
  readonly format: typeof JOURNAL_FORMAT
  readonly track: JobTrack
}

/** What a run kept, if this program can go on from it. */
export const checkpointOf = (kept: unknown): Checkpoint | undefined =>
  (kept as Checkpoint | undefined)?.format === JOURNAL_FORMAT ? (kept as Checkpoint) : undefined

export interface ExplorationJob {
  readonly inputs: ExplorationInputs
  readonly run: RunWriter
  readonly workers: number
  readonly spawn: SpawnEngine
  readonly onProgress: (progress: EngineProgress, track: JobTrack) => void
  /** Told when an engine died and another goes on. @param how it died @param log its last words */
  readonly onRestart?: (how: string, log: string) => void
  /** Ends the search with what it has when this much time has passed. */
  readonly budget_s?: number | undefined
  /** Ends the search with what it has; the run can be resumed. A second abort is the caller's to make final. */
  readonly signal?: AbortSignal
  /** Leaves the search where it stands, as soon as the evaluations under way are done. */
  readonly pause?: AbortSignal
}

/** An exploration that does only one part of what may be divided, and leaves the rest to others. */
export interface DividedJob extends Omit<ExplorationJob, 'pause'> {
  readonly shard: Shard | undefined
}

export interface FinishedJob {
  readonly outcome: ExplorationOutcome
  /** The signal or the budget ended it early. */
  readonly ended: 'complete' | 'budget' | 'stopped'
}
export interface PausedJob {
  readonly outcome: undefined
  readonly ended: 'paused'
}
/** The shard is done; the run is interrupted and its journal waits to be united with those of the others. */
export interface ShardJob {
  readonly outcome: undefined
  readonly ended: 'shard'
  /** A signal or the budget ended it before. */
  readonly early: boolean
}

/** What is new goes to the disk this often: a killed process loses no more. */
const FLUSH_EVERY_ms = 500
/** So many points are written in one piece: whoever asks the program for something meanwhile does not wait for a whole front. */
const PIECE = 32

/**
 * Runs an exploration in an engine process and writes it into its run as it goes: kept points, a journal of finished tasks and of
 * where unfinished ones stand, from which the same run goes on later, and a track of how it went. An engine that dies is started again
 * from the journal, which changes nothing in what is found.
 * @throws Problem what the engine refuses, {@link engineFailure} when its process ends again and again, or a project that cannot be
 * written: the engine is then stopped, and the run keeps what was written before
 */
export function runExplorationJob(job: ExplorationJob & { readonly pause?: never }): Promise<FinishedJob>
export function runExplorationJob(job: ExplorationJob): Promise<FinishedJob | PausedJob>
export function runExplorationJob(job: DividedJob): Promise<FinishedJob | ShardJob>
export function runExplorationJob(
  job: ExplorationJob & Partial<DividedJob>
): Promise<FinishedJob | PausedJob | ShardJob> {
  const { run, inputs, workers, shard } = job
  const former = checkpointOf(run.lastCheckpoint())
  const journal: Journal = former ?? EMPTY_JOURNAL
  let results = { ...journal.results }
  let partial = { ...journal.partial }
  let track: JobTrack = { ...(former?.track ?? newTrack(workers, job.budget_s)), workers, ended: null }
  const begun = performance.now() - track.elapsed_s * 1000
  const elapsed_s = (): number => (performance.now() - begun) / 1000
  let points: KeptPoint[] = []
  let hasKept = false
  let progress: EngineProgress | undefined
  // The first thing kept is that it is under way again.
  let changed = true
  let ended: (FinishedJob | PausedJob)['ended'] = 'complete'
  const deaths: string[] = []

  return new Promise((resolve, reject) => {
    let engine: EngineProcess
    let settled = false
    /** The journal comes after the points: what it calls done is not done again. */
    const flush = (): void => {
      if (points.length > 0) run.keep(points)
      points = []
      if (changed) run.checkpoint({ format: JOURNAL_FORMAT, results, partial, track } satisfies Checkpoint)
      changed = false
    }
    const flushInPieces = (): void => {
      if (settled) return
      if (points.length <= PIECE) return attempt(flush)
      attempt(() => run.keep(points.splice(0, PIECE)))
      setImmediate(flushInPieces)
    }
    const settle = (finish: () => void): void => {
      if (settled) return
      settled = true
      clearInterval(timer)
      clearTimeout(budget)
      job.signal?.removeEventListener('abort', onAbort)
      job.pause?.removeEventListener('abort', onPause)
      engine.kill()
      finish()
    }
    const fail = (error: unknown): void =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error))))
    const attempt = (action: () => void): void => {
      try {
        action()
      } catch (error) {
        fail(error)
      }
    }
    const stop = (reason: 'budget' | 'stopped'): void => {
      if (ended === 'stopped') return
      ended = reason
      engine.post({ type: 'stop' })
    }
    const onAbort = (): void => stop('stopped')
    const onPause = (): void => {
      if (ended !== 'complete') return
      ended = 'paused'
      engine.post({ type: 'pause' })
    }
    /** Leaves the last of what is known with the run. @param by how a person ended it */
    const leave = (by: JobTrack['ended']): void => {
      track = { ...track, elapsed_s: elapsed_s(), ended: by }
      changed = true
      flush()
    }

    const finishRun = (outcome: ExplorationOutcome): void => {
      // Nothing goes on from a run that came to its end: of its journal, half a megabyte, only how it went is kept.
      if (ended === 'complete') [results, partial] = [{}, {}]
      leave(ended === 'stopped' ? 'stopped' : null)
      const summary = {
        ...(outcome.certificate && {
          certificate: { ...outcome.certificate, ...(outcome.prices && { prices: outcome.prices }) }
        }),
        ...(outcome.findings && { findings: outcome.findings }),
        statistics: { ...outcome.statistics, endedByBudget: ended === 'budget' ? 1 : 0 },
        front: outcome.front,
        ...(outcome.infeasibility && ended !== 'stopped' && { failure: outcome.infeasibility.message }),
        failedPolicies: ended === 'stopped' ? [] : outcome.failedPolicies
      }
      if (ended === 'stopped') run.interrupt(summary)
      else run.finish(summary)
    }
    const pauseRun = (): void =>
      attempt(() => {
        leave(job.signal?.aborted ? 'stopped' : 'paused')
        run.interrupt()
        settle(() => resolve({ outcome: undefined, ended: 'paused' }))
      })
    const onMessage = (message: FromEngine): void => {
      switch (message.type) {
        case 'ready':
          engine.post({ type: 'explore', inputs, workers, journal: { results, partial }, shard })
          if (ended === 'budget' || ended === 'stopped') engine.post({ type: 'stop' })
          return
        case 'progress': {
          const { best_tokensPerSecond, gap, evaluations, share } = message.progress
          track = trackAfter(track, { elapsed_s: elapsed_s(), best_tokensPerSecond, gap, evaluations }, share)
          progress = { ...message.progress, share: track.share }
          return job.onProgress(progress, track)
        }
        case 'incumbent': {
          const { tokensPerSecond, mapping } = message.incumbent
          track = trackWithIncumbent(track, elapsed_s(), tokensPerSecond, mapping, inputs.chip.kind)
          return
        }
        case 'keep':
          points.push(...message.points)
          // Whoever looks waits for the first of them.
          if (!hasKept && points.length > 0) {
            hasKept = true
            attempt(flush)
            if (progress && !settled) job.onProgress(progress, track)
          }
          return
        case 'result':
          results[message.task] = message.result
          delete partial[message.task]
          changed = true
          return
        case 'partial':
          partial[message.task] = message.state
          changed = true
          return
        case 'paused':
          return pauseRun()
        case 'shard-done':
          return attempt(() => {
            leave(ended === 'stopped' ? 'stopped' : null)
            run.interrupt()
            settle(() => resolve({ outcome: undefined, ended: 'shard', early: ended !== 'complete' }))
          })
        case 'checked':
          return
        case 'done': {
          const { outcome } = message
          return attempt(() => {
            // It came to its end before it heard of the pause.
            const how = ended === 'paused' ? 'complete' : ended
            ended = how
            finishRun(outcome)
            settle(() => resolve({ outcome, ended: how }))
          })
        }
        case 'failed':
          attempt(() => {
            flush()
            run.fail(message.message)
          })
          return fail(message.code ? new Problem(message.code, message.message) : new Error(message.message))
      }
    }
    const start = (): void => {
      const own = job.spawn()
      engine = own
      own.onMessage((message) => {
        if (!settled && engine === own) onMessage(message)
      })
      own.onExit((how) => {
        if (settled || engine !== own) return
        attempt(flush)
        if (settled) return
        // What it was waited for has been told before; the journal has the rest.
        if (ended === 'paused') return pauseRun()
        deaths.push(how)
        if (deaths.length > MOST_RESTARTS) return fail(engineFailure(deaths, own.log()))
        job.onRestart?.(how, own.log())
        attempt(start)
      })
    }
    const timer = setInterval(flushInPieces, FLUSH_EVERY_ms)
    const budget = job.budget_s === undefined ? undefined : setTimeout(() => stop('budget'), job.budget_s * 1000)
    start()
    if (job.signal?.aborted) onAbort()
    else job.signal?.addEventListener('abort', onAbort, { once: true })
    if (job.pause?.aborted) onPause()
    else job.pause?.addEventListener('abort', onPause, { once: true })
  })
}
