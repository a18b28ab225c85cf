import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '../../core/problem.ts'
import type { SearchProgress } from '../../core/search/mapping-search.ts'
import { emptyResult, runTask } from '../../core/search/tasks.ts'
import type { FromWorker, ToWorker, WorkerSetup } from './protocol.ts'

const { frame, stop } = workerData as WorkerSetup
const stopFlag = new Int32Array(stop)
const stopped = (): boolean => Atomics.load(stopFlag, 0) !== 0
const post = (message: FromWorker): void => parentPort!.postMessage(message)

/** A search tells its state this often at most. */
const REPORT_EVERY_ms = 200

parentPort!.on('message', ({ task, work, resume }: ToWorker) => {
  let reported = performance.now()
  const onProgress = (progress: SearchProgress): boolean => {
    const now = performance.now()
    if (now - reported >= REPORT_EVERY_ms) {
      reported = now
      post({
        type: 'progress',
        task,
        state: progress.state(),
        best_s: progress.best_s,
        gap: progress.gap,
        share: progress.share
      })
    }
    return !stopped()
  }
  try {
    const skip = stopped() ? emptyResult(work) : undefined
    post({ type: 'result', task, result: skip ?? runTask(frame, work, onProgress, resume, () => !stopped()) })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    post({ type: 'failed', task, message, code: error instanceof Problem ? error.code : undefined })
  }
})
