import { Problem } from '../../core/problem.ts'
import type { AnswerTo, Question, QuestionKind } from '../engine/questions.ts'
import type { FromEngine } from '../engine/protocol.ts'
import type { EngineProcess, SpawnEngine } from '../host/spawn-engine.ts'

interface Waiting {
  readonly id: number
  readonly question: Question
  readonly resolve: (answer: AnswerTo<QuestionKind>) => void
  readonly reject: (error: unknown) => void
}

/**
 * A process that answers short questions one after another, started with the first and again when it has died. A question that nobody waits
 * for any more is not asked; one that is being answered ends the process, since nothing else would stop it.
 */
export class EvaluationEngine {
  readonly #spawn: SpawnEngine
  readonly #queue: Waiting[] = []
  #engine: EngineProcess | undefined
  #asked: Waiting | undefined
  #count = 0

  constructor(spawn: SpawnEngine) {
    this.#spawn = spawn
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#engine?.pid
  }

  /**
   * @param signal takes the question back
   * @throws Problem what the input breaks; `engine-failed` when the process ends before it has answered
   */
  ask<Kind extends QuestionKind>(question: Question<Kind>, signal?: AbortSignal): Promise<AnswerTo<Kind>> {
    return new Promise<AnswerTo<QuestionKind>>((resolve, reject) => {
      if (signal?.aborted) return void reject(signal.reason as Error)
      const waiting: Waiting = { id: ++this.#count, question: question as Question, resolve, reject }
      signal?.addEventListener('abort', () => this.#takeBack(waiting, signal.reason), { once: true })
      this.#queue.push(waiting)
      this.#next()
    }) as Promise<AnswerTo<Kind>>
  }

  close(): void {
    const ended = new Problem('engine-failed', 'the workbench has ended')
    for (const { reject } of this.#queue.splice(0)) reject(ended)
    this.#asked?.reject(ended)
    this.#asked = undefined
    this.#stop()
  }

  #next(): void {
    if (this.#asked) return
    const next = this.#queue.shift()
    if (!next) return
    this.#asked = next
    this.#engine ??= this.#start()
    this.#engine.post({ type: 'question', id: next.id, question: next.question })
  }

  #start(): EngineProcess {
    const engine = this.#spawn()
    engine.onMessage((message) => this.#hear(engine, message))
    engine.onExit((how) => {
      if (this.#engine !== engine) return
      this.#engine = undefined
      this.#asked?.reject(new Problem('engine-failed', `the process that evaluates ended (${how}); ask again`))
      this.#asked = undefined
      this.#next()
    })
    return engine
  }

  #stop(): void {
    const engine = this.#engine
    this.#engine = undefined
    engine?.kill()
  }

  #hear(engine: EngineProcess, message: FromEngine): void {
    const asked = this.#asked
    if (engine !== this.#engine || !asked) return
    if ((message.type !== 'answer' && message.type !== 'refused') || message.id !== asked.id) return
    this.#asked = undefined
    if (message.type === 'answer') asked.resolve(message.answer)
    else
      asked.reject(message.code ? new Problem(message.code, message.message, message.path) : new Error(message.message))
    this.#next()
  }

  #takeBack(waiting: Waiting, reason: unknown): void {
    const at = this.#queue.indexOf(waiting)
    if (at >= 0) this.#queue.splice(at, 1)
    else if (this.#asked === waiting) {
      this.#asked = undefined
      this.#stop()
      this.#next()
    }
    waiting.reject(reason)
  }
}
