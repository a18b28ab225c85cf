import { Problem } from '../../core/problem.ts'
import type { ExplorationInputs, ExplorationOutcome, KeptPoint } from '../../core/search/exploration.ts'
import { EMPTY_JOURNAL, type FromEngine, type Journal } from '../engine/protocol.ts'
import type { SpawnEngine } from '../host/spawn-engine.ts'
import type { RunWriter } from '../projects/run-writer.ts'

export type JobProgress = Extract<FromEngine, { type: 'progress' }>['progress']

export interface ExplorationJob {
  readonly inputs: ExplorationInputs
  readonly run: RunWriter
  readonly workers: number
  readonly spawn: SpawnEngine
  readonly onProgress: (progress: JobProgress) => void
  /** Ends the search with what it has when this much time has passed. */
  readonly budget_s?: number | undefined
  /** Ends the search with what it has; the run can be resumed. A second abort is the caller's to make final. */
  readonly signal?: AbortSignal
}

export interface FinishedJob {
  readonly outcome: ExplorationOutcome
  /** The signal or the budget ended it early. */
  readonly ended: 'complete' | 'budget' | 'interrupted'
}

/** What is new goes to the disk this often: a killed process loses no more. */
const FLUSH_EVERY_ms = 500

/**
 * Runs an exploration in an engine process and writes it into its run as it goes: kept points, and a journal of finished tasks and of
 * where unfinished ones stand, from which the same run goes on later.
 * @throws Problem what the engine refuses, `engine-failed` when its process ends, or a project that cannot be written: the engine is then
 * stopped, and the run keeps what was written before
 */
export function runExplorationJob(job: ExplorationJob): Promise<FinishedJob> {
  const { run, inputs, workers } = job
  const journal: Journal = (run.lastCheckpoint() as Journal | undefined) ?? EMPTY_JOURNAL
  const results = { ...journal.results }
  const partial = { ...journal.partial }
  let points: KeptPoint[] = []
  let changed = false
  let ended: FinishedJob['ended'] = 'complete'

  return new Promise((resolve, reject) => {
    const engine = job.spawn()
    let settled = false
    const flush = (): void => {
      if (points.length > 0) run.keep(points)
      points = []
      if (changed) run.checkpoint({ results, partial })
      changed = false
    }
    const settle = (finish: () => void): void => {
      if (settled) return
      settled = true
      clearInterval(timer)
      clearTimeout(budget)
      job.signal?.removeEventListener('abort', onAbort)
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
    const stop = (reason: 'budget' | 'interrupted'): void => {
      if (ended === 'interrupted') return
      ended = reason
      engine.post({ type: 'stop' })
    }
    const onAbort = (): void => stop('interrupted')
    const timer = setInterval(() => attempt(flush), FLUSH_EVERY_ms)
    const budget = job.budget_s === undefined ? undefined : setTimeout(() => stop('budget'), job.budget_s * 1000)
    if (job.signal?.aborted) onAbort()
    else job.signal?.addEventListener('abort', onAbort, { once: true })

    const finishRun = (outcome: ExplorationOutcome): void => {
      flush()
      const summary = {
        ...(outcome.certificate && { certificate: outcome.certificate }),
        statistics: { ...outcome.statistics, endedByBudget: ended === 'budget' ? 1 : 0 },
        front: outcome.front,
        ...(outcome.infeasibility && ended !== 'interrupted' && { failure: outcome.infeasibility.message }),
        failedPolicies: ended === 'interrupted' ? [] : outcome.failedPolicies
      }
      if (ended === 'interrupted') run.interrupt(summary)
      else run.finish(summary)
    }
    const onMessage = (message: FromEngine): void => {
      if (settled) return
      switch (message.type) {
        case 'ready':
          return engine.post({ type: 'explore', inputs, workers, journal })
        case 'progress':
          return job.onProgress(message.progress)
        case 'keep':
          points.push(...message.points)
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
        case 'done':
          return attempt(() => {
            finishRun(message.outcome)
            settle(() => resolve({ outcome: message.outcome, ended }))
          })
        case 'failed':
          attempt(() => {
            flush()
            run.fail(message.message)
          })
          return fail(message.code ? new Problem(message.code, message.message) : new Error(message.message))
      }
    }
    engine.onMessage(onMessage)
    engine.onExit((how) => {
      if (settled) return
      attempt(flush)
      fail(new Problem('engine-failed', `the engine process ended unexpectedly (${how})`))
    })
  })
}
