/** Bytes of columns that a value holds, about; text and plain numbers count little. */
function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value === 'string') return value.length
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one), 8)
  if (value === null || typeof value !== 'object') return 8
  return Object.values(value).reduce<number>((sum, one) => sum + sizeOf(one), 8)
}

interface Shared {
  readonly answer: Promise<unknown>
  readonly controller: AbortController
  listeners: number
  /** Undefined while it is being made. */
  size_B: number | undefined
}

/**
 * Answers by what was asked, the longest unused forgotten first. Who asks what is being answered already waits with the others; an answer for
 * which nobody waits any more is taken back.
 */
export class AnswerCache {
  readonly #most_B: number
  readonly #known = new Map<string, Shared>()

  constructor(most_B: number) {
    this.#most_B = most_B
  }

  async get<Value>(
    key: string,
    make: (signal: AbortSignal) => Promise<Value>,
    signal: AbortSignal | undefined
  ): Promise<Value> {
    signal?.throwIfAborted()
    const shared = this.#known.get(key) ?? this.#start(key, make)
    // The most recently used stands last.
    this.#known.delete(key)
    this.#known.set(key, shared)
    shared.listeners++
    let leave = (): void => undefined
    const left = new Promise<never>((_resolve, reject) => (leave = () => reject(signal!.reason)))
    left.catch(() => undefined)
    const onAbort = (): void => {
      leave()
      if (--shared.listeners > 0 || shared.size_B !== undefined) return
      this.#known.delete(key)
      shared.controller.abort(signal!.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return (await Promise.race([shared.answer, left])) as Value
    } finally {
      signal?.removeEventListener('abort', onAbort)
      if (!signal?.aborted) shared.listeners--
    }
  }

  #start(key: string, make: (signal: AbortSignal) => Promise<unknown>): Shared {
    const controller = new AbortController()
    const shared: Shared = { answer: make(controller.signal), controller, listeners: 0, size_B: undefined }
    shared.answer.then(
      (answer) => {
        shared.size_B = sizeOf(answer)
        this.#forget()
      },
      // What went wrong is asked again next time.
      () => {
        if (this.#known.get(key) === shared) this.#known.delete(key)
      }
    )
    return shared
  }

  #forget(): void {
    let total = [...this.#known.values()].reduce((sum, { size_B }) => sum + (size_B ?? 0), 0)
    for (const [key, { size_B }] of this.#known) {
      if (total <= this.#most_B) return
      if (size_B === undefined) continue
      this.#known.delete(key)
      total -= size_B
    }
  }
}
