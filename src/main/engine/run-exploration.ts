import type { Worker } from 'node:worker_threads'
import type { ExplorationHost } from '../../core/search/exploration-host.ts'
import { explore, taskFrame } from '../../core/search/explore.ts'
import { isInShard } from '../../core/shard.ts'
import { accountOf, addAccounts, NO_ACCOUNT } from '../../core/search/task-account.ts'
import type { ResultOf, Task } from '../../core/search/tasks.ts'
import type { FromEngine, ToEngine } from './protocol.ts'
import type { StopSwitch } from './stop-switch.ts'
import { tasksDone, type TellShare } from './tasks-done.ts'
import { throttled } from './throttled.ts'
import { WorkerPool, type TaskProgress } from './worker-pool.ts'

/** Progress is told at most this often. */
const REPORT_EVERY_ms = 100

/** What an exploration that is paused, or waits for what others do, never gets. */
const never = (): Promise<never> => new Promise(() => undefined)

/** Whether a task is a part of what several machines may divide among them; everything else each of them does for itself. */
const isDivided = ({ kind }: Task): boolean => kind === 'sweep'

/**
 * Runs one exploration on worker threads and tells what happens. Tasks found in the journal are not run again; unfinished searches in
 * it go on where they stood. A pause lets nothing be kept that an undisturbed exploration would not keep.
 * @param takeWorker where the threads come from, if not started now
 */
export async function runExploration(
  { inputs, workers, journal, shard }: Extract<ToEngine, { type: 'explore' }>,
  control: StopSwitch,
  post: (message: FromEngine) => void,
  takeWorker?: () => Worker
): Promise<void> {
  const sequences = inputs.training.globalBatch * inputs.training.sequenceLength
  let progress = { phase: 'starting', share: 0, best_tokensPerSecond: undefined as number | undefined }
  let gap: number | undefined
  /** Tokens per second that the search proves to be the most, where it is for throughput. */
  let bound: number | undefined
  let account = NO_ACCOUNT
  /** Combinations solved by searches that are under way. */
  const solving = new Map<string, number>()
  let incumbent = 0
  const tell = throttled(() => {
    const underWay = [...solving.values()].reduce((sum, solved) => sum + solved, account.evaluations)
    const { best_tokensPerSecond: best } = progress
    // What others find beyond the search comes closer to the same bound.
    if (bound !== undefined && best !== undefined) gap = Math.max(0, bound / best - 1)
    post({
      type: 'progress',
      progress: { ...progress, gap, ...account, evaluations: underWay, busyWorkers: pool.busy }
    })
  }, REPORT_EVERY_ms)
  const setup = { frame: taskFrame(inputs), stop: control.flag }
  // The search on the given chip is the first task of the first call; of several workloads none has the one throughput to tell.
  const mainSearch = setup.frame.space.family ? undefined : '0:0'
  const calls: TellShare[] = []
  const onTask = ({ task, state, best_s, gap: told, share }: TaskProgress): void => {
    post({ type: 'partial', task, state })
    const [call, index] = task.split(':').map(Number)
    calls[call!]!(index!, share)
    solving.set(task, state.solved)
    if (task !== mainSearch || !Number.isFinite(best_s)) return tell()
    progress = { ...progress, best_tokensPerSecond: sequences / best_s }
    gap = told
    if (inputs.objective === 'throughput') bound = (sequences / best_s) * (1 + told)
    if (state.best && sequences / state.best.iterationTime_s > incumbent) {
      incumbent = sequences / state.best.iterationTime_s
      post({ type: 'incumbent', incumbent: { tokensPerSecond: incumbent, mapping: state.best.mapping } })
    }
    tell()
  }
  const pool = new WorkerPool(workers, setup, onTask, takeWorker)
  control.onPause(() => void pool.drain().then(() => post({ type: 'paused' })))
  let shardDone: () => void = () => undefined
  const endOfShard = new Promise<void>((resolve) => (shardDone = resolve))
  const host: ExplorationHost = {
    async run<Kind extends Task['kind']>(
      tasks: readonly Extract<Task, { kind: Kind }>[],
      onDone?: (done: number) => void
    ) {
      const tellShare = tasksDone(tasks.length, onDone)
      const call = calls.push(tellShare) - 1
      // What is asked for after a stop may rest on results that were cut short.
      const sound = !control.isRaised
      const isOthers = (work: Task, index: number): boolean =>
        shard !== undefined &&
        isDivided(work) &&
        !isInShard(index, shard) &&
        journal.results[`${call}:${index}`] === undefined
      const results = await Promise.all(
        tasks.map(async (work, index) => {
          if (isOthers(work, index)) return undefined
          const task = `${call}:${index}`
          const known = journal.results[task]
          const { result, whole } = known
            ? { result: known, whole: true }
            : await pool.run({ task, work, resume: journal.partial[task] })
          solving.delete(task)
          if (!whole && control.isPaused) return never()
          account = addAccounts(account, accountOf(work, result))
          // What a stopped task gives is not its result: a resumed run must do it again.
          if (known === undefined && whole && sound) post({ type: 'result', task, result })
          tellShare(index, 1)
          return result as ResultOf<Kind>
        })
      )
      if (!tasks.some(isOthers)) return results as ResultOf<Kind>[]
      shardDone()
      return never()
    },
    keep(points) {
      post({ type: 'keep', points })
      for (const { source, mapping, evaluation } of points)
        if (mainSearch !== undefined && source === 'search' && evaluation.tokensPerSecond > incumbent) {
          incumbent = evaluation.tokensPerSecond
          post({ type: 'incumbent', incumbent: { tokensPerSecond: incumbent, mapping } })
        }
    },
    progress(next) {
      progress = { ...next, best_tokensPerSecond: next.best_tokensPerSecond ?? progress.best_tokensPerSecond }
      tell()
    }
  }
  try {
    const ended = await Promise.race([explore(inputs, host), endOfShard])
    post(ended ? { type: 'done', outcome: ended } : { type: 'shard-done' })
  } finally {
    tell.cancel()
    await pool.close()
  }
}
