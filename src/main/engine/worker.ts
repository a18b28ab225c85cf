import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { Problem } from '../../core/problem.ts'
import type { SearchProgress } from '../../core/search/mapping-search.ts'
import { emptyResult, runTask } from '../../core/search/tasks.ts'
import type { FromWorker, ToWorker, WorkerOrder, WorkerSetup } from './protocol.ts'

const post = (message: FromWorker): void => parentPort!.postMessage(message)

/** A search tells its state this often at most. */
const REPORT_EVERY_ms = 200

function run({ frame, stop }: WorkerSetup, { task, work, resume }: WorkerOrder): void {
  const stopFlag = new Int32Array(stop)
  const stopped = (): boolean => Atomics.load(stopFlag, 0) !== 0
  const begun = performance.now()
  let reported = begun
  let whole = true
  /** Asked by tasks that can be cut short. */
  const goesOn = (): boolean => {
    if (stopped()) whole = false
    return whole
  }
  const onProgress = (progress: SearchProgress): boolean => {
    const now = performance.now()
    // The last state of a search that is cut short is what it goes on from.
    if (!goesOn() || now - reported >= REPORT_EVERY_ms) {
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
    return whole
  }
  try {
    const skip = stopped() ? emptyResult(work) : undefined
    // Nothing is a result, too: of a price that was not asked.
    const result = skip === undefined ? runTask(frame, work, onProgress, resume, goesOn) : skip
    post({
      type: 'result',
      task,
      result,
      whole: whole && skip === undefined,
      took_s: (performance.now() - begun) / 1000
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    post({ type: 'failed', task, message, code: error instanceof Problem ? error.code : undefined })
  }
}

let setup: WorkerSetup | undefined
parentPort!.on('message', (message: ToWorker) => {
  if (message.type === 'setup') setup = message
  else run(setup!, message.order)
})
setImmediate(flushCompileCache)
