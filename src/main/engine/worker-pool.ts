import { Worker } from 'node:worker_threads'
import { Problem } from '../../core/problem.ts'
import type { FromWorker, ToWorker, WorkerOrder, WorkerSetup } from './protocol.ts'
import type { TaskResults, Task } from '../../core/search/tasks.ts'

/** Where a task of a worker stands. */
export type TaskProgress = Extract<FromWorker, { type: 'progress' }>

/** What a task gave, and whether it ran to its own end. */
export interface Ran {
  readonly result: TaskResults[Task['kind']]
  readonly whole: boolean
  readonly took_s: number
}

interface Waiting {
  readonly order: WorkerOrder
  readonly resolve: (ran: Ran) => void
  readonly reject: (error: unknown) => void
}

const entry = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
const startWorker = (): Worker => new Worker(entry)
const send = (worker: Worker, message: ToWorker): void => worker.postMessage(message)

/** Worker threads started ahead of need: until a pool takes them they read the program, half a second of work. */
export class WorkersAhead {
  readonly #waiting: Worker[] = []

  prepare(count: number): void {
    while (this.#waiting.length < count) this.#waiting.push(startWorker())
  }

  /** One of those that wait, else a new one. */
  readonly take = (): Worker => this.#waiting.shift() ?? startWorker()
}

/** Worker threads that take tasks in the order in which they were given. */
export class WorkerPool {
  readonly #workers: Worker[]
  readonly #idle: Worker[] = []
  readonly #queue: Waiting[] = []
  readonly #busy = new Map<Worker, Waiting>()
  /** Once nothing more is to be started: told when nothing runs any more. */
  #drained: (() => void) | undefined

  /** @param take where its threads come from */
  constructor(size: number, setup: WorkerSetup, onProgress: (progress: TaskProgress) => void, take = startWorker) {
    this.#workers = Array.from({ length: size }, () => {
      const worker = take()
      send(worker, { type: 'setup', ...setup })
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'progress') return onProgress(message)
        const job = this.#busy.get(worker)!
        this.#busy.delete(worker)
        this.#idle.push(worker)
        if (message.type === 'result') job.resolve(message)
        else job.reject(message.code ? new Problem(message.code, message.message) : new Error(message.message))
        this.#dispatch()
      })
      worker.on('error', (error) => {
        this.#busy.get(worker)?.reject(error)
        this.#busy.delete(worker)
      })
      this.#idle.push(worker)
      return worker
    })
  }

  /** Workers that have a task. */
  get busy(): number {
    return this.#busy.size
  }

  /** The promise of a task that waits when the pool is drained is never kept. */
  run(order: WorkerOrder): Promise<Ran> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ order, resolve, reject })
      this.#dispatch()
    })
  }

  /** Starts nothing more, and waits for what runs. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve
      this.#dispatch()
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #dispatch(): void {
    if (this.#drained) {
      if (this.#busy.size === 0) this.#drained()
      return
    }
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop()!
      const job = this.#queue.shift()!
      this.#busy.set(worker, job)
      send(worker, { type: 'order', order: job.order })
    }
  }
}
