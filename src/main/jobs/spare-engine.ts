import type { FromEngine } from '../engine/protocol.ts'
import type { EngineProcess, SpawnEngine } from '../host/spawn-engine.ts'

/** One that nobody came for is ended after this long. */
const KEPT_ms = 120_000
/** Threads that it starts, too: as many as a search keeps busy when it begins. */
const THREADS = 2

/** An engine started ahead of need: whoever starts a search then does not wait until the program is read. */
export class SpareEngine {
  readonly #spawn: SpawnEngine
  #spare: { readonly engine: EngineProcess; readonly timer: NodeJS.Timeout } | undefined

  constructor(spawn: SpawnEngine) {
    this.#spawn = spawn
  }

  /** A search is likely to be started soon. */
  prepare(): void {
    this.#spare?.timer.refresh()
    if (this.#spare) return
    const own = this.#spawn()
    own.onMessage(({ type }) => {
      if (type === 'ready') own.post({ type: 'prepare', workers: THREADS })
    })
    const engine = heldBack(own)
    const timer = setTimeout(() => this.close(), KEPT_ms)
    timer.unref()
    this.#spare = { engine, timer }
    engine.onExit(() => {
      if (this.#spare?.engine === engine) this.#leave()
    })
  }

  /** The engine that is there, else a new one. */
  readonly spawn: SpawnEngine = () => this.#leave() ?? this.#spawn()

  /** Ends an engine that nobody has taken. */
  close(): void {
    this.#leave()?.kill()
  }

  #leave(): EngineProcess | undefined {
    const { engine, timer } = this.#spare ?? {}
    clearTimeout(timer)
    this.#spare = undefined
    return engine
  }
}

/** Keeps what an engine says until somebody listens. */
function heldBack(engine: EngineProcess): EngineProcess {
  const said: FromEngine[] = []
  let heard = (message: FromEngine): void => void said.push(message)
  engine.onMessage((message) => heard(message))
  return {
    get pid() {
      return engine.pid
    },
    post: (message) => engine.post(message),
    onMessage: (listener) => {
      heard = listener
      said.splice(0).forEach(listener)
    },
    onExit: (listener) => engine.onExit(listener),
    kill: () => engine.kill(),
    log: () => engine.log()
  }
}
