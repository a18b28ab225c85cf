import type { KeptPoint } from './exploration.ts'
import type { ResultOf, Task } from './tasks.ts'

/** Where an exploration stands, for a progress bar. */
export interface ExplorationProgress {
  readonly phase: string
  /** Share of the whole that is done, 0..1. */
  readonly share: number
  readonly best_tokensPerSecond: number | undefined
}

/** Who runs tasks, keeps points and watches. The exploration itself has no effects. */
export interface ExplorationHost {
  /**
   * Results in the order of the tasks, whatever the number of workers.
   * @param onDone told how many are done, unfinished searches counted as far as they have come
   */
  run<Kind extends Task['kind']>(
    tasks: readonly Extract<Task, { kind: Kind }>[],
    onDone?: (done: number) => void
  ): Promise<ResultOf<Kind>[]>
  keep(points: readonly KeptPoint[]): void
  progress(progress: ExplorationProgress): void
}
