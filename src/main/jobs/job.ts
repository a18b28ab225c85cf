import { EventEmitter } from 'node:events'
import type { JobState } from '../../contract/jobs-contract.ts'
import type { JobTrack } from '../../core/report/job-track.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import { paceAfter, paceFrom, remainingTime, type Pace } from '../../core/search/remaining-time.ts'
import type { EngineProgress } from '../engine/protocol.ts'
import { throttled, type Throttled } from '../engine/throttled.ts'
import { JobRate } from './job-rate.ts'
import { trainedWords } from '../../core/report/trained-words.ts'

/** Progress is told at most this often: a page that draws it has other things to do. */
const TELL_EVERY_ms = 500

/** What a job is of. */
interface JobOrigin {
  readonly id: number
  readonly project: string
  readonly projectName: string
  readonly run: number
  readonly inputs: ExplorationInputs
  readonly track: JobTrack
  /** Points that its run has kept before. */
  readonly pointCount: number
}

/** The state of a job that waits for its turn, where its run left off. */
export function queuedState({ id, project, projectName, run, inputs, track, pointCount }: JobOrigin): JobState {
  const last = track.samples.at(-1)
  return {
    id,
    project,
    projectName,
    run,
    model: trainedWords(inputs),
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
}

/** One search and everything that is known of it. Status changes are told at once, progress at most twice a second. */
export class Job {
  readonly inputs: ExplorationInputs
  readonly changes = new EventEmitter<{ change: [JobState] }>().setMaxListeners(0)
  track: JobTrack
  /** The engine's work in this sitting; undefined before its turn. */
  done: Promise<void> | undefined
  stop = new AbortController()
  pause = new AbortController()
  #state: JobState
  #pace: Pace
  #rate = new JobRate()
  readonly #tell: Throttled

  constructor(inputs: ExplorationInputs, state: JobState, track: JobTrack) {
    this.inputs = inputs
    this.track = track
    this.#state = state
    this.#pace = paceFrom(track.elapsed_s, track.share)
    this.#tell = throttled(() => this.changes.emit('change', this.#state), TELL_EVERY_ms)
  }

  get state(): JobState {
    return this.#state
  }

  /** Ready for another sitting, after a pause. */
  rearm(): void {
    this.stop = new AbortController()
    this.pause = new AbortController()
    this.#pace = paceFrom(this.track.elapsed_s, this.track.share)
    this.#rate = new JobRate()
  }

  /** A change that who watches must not miss. */
  change(change: Partial<JobState>): void {
    this.#state = { ...this.#state, ...change }
    this.#tell.cancel()
    this.changes.emit('change', this.#state)
  }

  /** Told at once when the first designs are there. @param pointCount of the run */
  progress(progress: EngineProgress, track: JobTrack, pointCount: () => number): void {
    this.track = track
    const { elapsed_s } = track
    this.#pace = paceAfter(this.#pace, elapsed_s, progress.share)
    const before = this.#state.pointCount
    this.#state = {
      ...this.#state,
      ...progress,
      elapsed_s,
      remaining: remainingTime(this.#pace),
      evaluationsPerSecond: this.#rate.observe(elapsed_s, progress.evaluations),
      pointCount: pointCount()
    }
    // The first designs are what a person waits for.
    if (before === 0 && this.#state.pointCount > 0) this.change({})
    else this.#tell()
  }
}
