import type { ExplorationHost, ExplorationProgress } from '../../core/search/exploration-host.ts'
import type { ResultOf, Task, TaskFrame } from '../../core/search/tasks.ts'
import { tasksDone, type TellShare } from './tasks-done.ts'
import { WorkerPool } from './worker-pool.ts'

/** Runs tasks on worker threads of this process, for what is too short to be resumed. */
export interface PoolHost extends Pick<ExplorationHost, 'run' | 'progress'> {
  close(): Promise<void>
}

/**
 * @param signal brings what runs to an early end
 * @param onProgress told where the whole stands
 */
export function poolHost(
  frame: TaskFrame,
  workers: number,
  signal: AbortSignal,
  onProgress: (progress: ExplorationProgress) => void
): PoolHost {
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const onAbort = (): void => void Atomics.store(new Int32Array(stop), 0, 1)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const calls: TellShare[] = []
  const pool = new WorkerPool(workers, { frame, stop }, ({ task, share }) => {
    const [call, index] = task.split(':').map(Number)
    calls[call!]!(index!, share)
  })
  return {
    async run<Kind extends Task['kind']>(
      tasks: readonly Extract<Task, { kind: Kind }>[],
      onDone?: (done: number) => void
    ) {
      const tellShare = tasksDone(tasks.length, onDone)
      const call = calls.push(tellShare) - 1
      return Promise.all(
        tasks.map(async (work, index) => {
          const { result } = await pool.run({ task: `${call}:${index}`, work, resume: undefined })
          tellShare(index, 1)
          return result as ResultOf<Kind>
        })
      )
    },
    progress: onProgress,
    async close() {
      signal.removeEventListener('abort', onAbort)
      await pool.close()
    }
  }
}
