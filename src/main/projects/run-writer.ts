import type { Certificate, FailedPolicy, Findings, KeptPoint } from '../../core/search/exploration.ts'
import type { Evaluation } from '../../core/simulator/evaluation.ts'
import type { PointWriter } from './point-writer.ts'
import type { RunEnding, RunTable } from './run-table.ts'

/** Runs a change of the project as one transaction, or not at all. */
export type Transact = (change: () => void) => void

/** What a finished run adds to its points. */
export interface RunResult {
  readonly certificate?: Certificate
  readonly findings?: Findings
  readonly statistics?: Readonly<Record<string, number>>
  readonly front?: readonly KeptPoint[]
  readonly failedPolicies?: readonly FailedPolicy[]
  /** Why nothing was found that fits. */
  readonly failure?: string
}

/** What every row of a point needs a number of. */
const measured: readonly (readonly [name: string, of: (evaluation: Evaluation) => number])[] = [
  ['iterationTime_s', ({ iterationTime_s }) => iterationTime_s],
  ['tokensPerSecond', ({ tokensPerSecond }) => tokensPerSecond],
  ['mfu', ({ mfu }) => mfu],
  ['power_W', ({ power_W }) => power_W.high],
  ['energy_J', ({ energy_J }) => energy_J.high],
  ['peak_B', ({ memory_B }) => memory_B.peak]
]

const assertFinite = ({ source, label, evaluation }: KeptPoint): void => {
  for (const [name, of] of measured)
    if (!Number.isFinite(of(evaluation))) throw new RangeError(`${source} '${label}': ${name} is ${of(evaluation)}`)
}

/**
 * Writes one run as it goes. Each call is one transaction on the disk when it returns (synchronous = FULL): flushing once a second, a run
 * that is killed, or whose machine loses power, loses at most its last second. Keeping a point twice keeps it once, so a resumed search may
 * repeat what it did after its last checkpoint.
 */
export class RunWriter {
  readonly id: number
  readonly #runs: RunTable
  readonly #points: PointWriter
  readonly #transact: Transact

  constructor(id: number, runs: RunTable, points: PointWriter, transact: Transact) {
    this.id = id
    this.#runs = runs
    this.#points = points
    this.#transact = transact
  }

  /** @throws Problem `disk-full` when the batch does not fit; what was kept before stays */
  keep(points: readonly KeptPoint[]): void {
    points.forEach(assertFinite)
    this.#transact(() => this.#points.insert(this.id, points))
  }

  /** Makes these points, kept before, the run's front in place of the former one. */
  markFront(front: readonly KeptPoint[]): void {
    this.#transact(() => this.#points.markFront(this.id, front))
  }

  keepFailures(failed: readonly FailedPolicy[]): void {
    this.#transact(() => failed.forEach((policy) => this.#runs.fail(this.id, policy)))
  }

  /** @param state plain JSON data from which the search can go on; replaces the former one */
  checkpoint(state: unknown): void {
    this.#transact(() => this.#runs.checkpoint(this.id, state))
  }

  /** The state last given to `checkpoint`, undefined when there is none. */
  lastCheckpoint(): unknown {
    return this.#runs.lastCheckpoint(this.id)
  }

  finish(result: RunResult = {}): void {
    this.#end({ status: 'finished' }, result)
  }

  /** Ends a run that can be resumed, with what is known so far. */
  interrupt(result: RunResult = {}): void {
    this.#end({ status: 'interrupted' }, result)
  }

  fail(failure: string): void {
    this.#end({ status: 'failed', failure }, {})
  }

  #end(ending: RunEnding, { front, failedPolicies, ...known }: RunResult): void {
    this.#transact(() => {
      if (front) this.#points.markFront(this.id, front)
      for (const policy of failedPolicies ?? []) this.#runs.fail(this.id, policy)
      this.#runs.end(this.id, { ...ending, ...known })
    })
  }
}
