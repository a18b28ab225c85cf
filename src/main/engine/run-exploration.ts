import type { ExplorationHost } from '../../core/search/exploration-host.ts'
import { explore, taskFrame } from '../../core/search/explore.ts'
import type { ResultOf, Task } from '../../core/search/tasks.ts'
import { tasksDone, type TellShare } from './tasks-done.ts'
import type { FromEngine, ToEngine } from './protocol.ts'
import { throttled } from './throttled.ts'
import { WorkerPool, type TaskProgress } from './worker-pool.ts'

/** Progress is told at most this often. */
const REPORT_EVERY_ms = 100

/**
 * Runs one exploration on worker threads and tells what happens. Tasks found in the journal are not run again; unfinished searches in
 * it go on where they stood.
 * @param stop one Int32 that others set to bring the exploration to an early end
 */
export async function runExploration(
  { inputs, workers, journal }: Extract<ToEngine, { type: 'explore' }>,
  stop: SharedArrayBuffer,
  post: (message: FromEngine) => void
): Promise<void> {
  const flag = new Int32Array(stop)
  const sequences = inputs.training.globalBatch * inputs.training.sequenceLength
  let progress = { phase: 'starting', share: 0, best_tokensPerSecond: undefined as number | undefined }
  let gap: number | undefined
  const tell = throttled(() => post({ type: 'progress', progress: { ...progress, gap } }), REPORT_EVERY_ms)
  // The search on the given chip is the first task of the first call.
  const mainSearch = '0:0'
  const calls: TellShare[] = []
  const onTask = ({ task, state, best_s, gap: told, share }: TaskProgress): void => {
    post({ type: 'partial', task, state })
    const [call, index] = task.split(':').map(Number)
    calls[call!]!(index!, share)
    if (task !== mainSearch || !Number.isFinite(best_s)) return
    progress = { ...progress, best_tokensPerSecond: sequences / best_s }
    gap = told
    tell()
  }
  const pool = new WorkerPool(workers, { frame: taskFrame(inputs), stop }, onTask)
  const host: ExplorationHost = {
    async run<Kind extends Task['kind']>(
      tasks: readonly Extract<Task, { kind: Kind }>[],
      onDone?: (done: number) => void
    ) {
      const tellShare = tasksDone(tasks.length, onDone)
      const call = calls.push(tellShare) - 1
      const results = await Promise.all(
        tasks.map(async (work, index) => {
          const task = `${call}:${index}`
          const known = journal.results[task]
          const result = known ?? (await pool.run({ task, work, resume: journal.partial[task] }))
          // What a stopped task gives is not its result: a resumed run must do it again.
          if (known === undefined && Atomics.load(flag, 0) === 0) post({ type: 'result', task, result })
          tellShare(index, 1)
          return result as ResultOf<Kind>
        })
      )
      return results
    },
    keep: (points) => post({ type: 'keep', points }),
    progress(next) {
      progress = { ...next, best_tokensPerSecond: next.best_tokensPerSecond ?? progress.best_tokensPerSecond }
      tell()
    }
  }
  try {
    post({ type: 'done', outcome: await explore(inputs, host) })
  } finally {
    tell.cancel()
    await pool.close()
  }
}
