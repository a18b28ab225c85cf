import { EventEmitter } from 'node:events'
import type { JobState } from '../../contract/jobs-contract.ts'
import type { JobTrack } from '../../core/report/job-track.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import { paceAfter, paceFrom, remainingTime, type Pace } from '../../core/search/remaining-time.ts'
import type { EngineProgress } from '../engine/protocol.ts'
import { throttled, type Throttled } from '../engine/throttled.ts'
import { JobRate } from './job-rate.ts'

/** Progress is told at most this often: a page that draws it has other things to do. */
const TELL_EVERY_ms = 500

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

  /** @param pointCount asked only when it is told */
  progress(progress: EngineProgress, track: JobTrack, pointCount: () => number): void {
    this.track = track
    const { elapsed_s } = track
    this.#pace = paceAfter(this.#pace, elapsed_s, progress.share)
    this.#state = {
      ...this.#state,
      ...progress,
      elapsed_s,
      remaining: remainingTime(this.#pace, this.#state.budget_s),
      evaluationsPerSecond: this.#rate.observe(elapsed_s, progress.evaluations),
      pointCount: pointCount()
    }
    this.#tell()
  }
}
