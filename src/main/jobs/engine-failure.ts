import { Problem } from '../../core/problem.ts'

/** A search whose engine died more often than it is started again. */
export class EngineFailure extends Problem {
  /** What the engine wrote last to its error stream; empty when it wrote nothing. */
  readonly log: string

  constructor(message: string, log: string) {
    super('engine-failed', message)
    this.log = log
  }
}

/** An engine that dies is started again this often in one sitting: what kills it once may be chance, four times is a cause. */
export const MOST_RESTARTS = 3

/** What a person is told when another engine goes on. @param how the one before it ended */
export const restartWords = (how: string): string =>
  `The engine ended unexpectedly (${how}) and was started again where it stood`

/** @param deaths how it ended, each time @param log what the last of them left */
export const engineFailure = (deaths: readonly string[], log: string): EngineFailure =>
  new EngineFailure(
    `the engine process ended unexpectedly ${deaths.length} times (${[...new Set(deaths)].join(', ')}); ` +
      `it was started again ${deaths.length - 1} times from where it stood`,
    log
  )
