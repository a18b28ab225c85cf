import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromEngine, ToEngine } from '../engine/protocol.ts'
import { lastWords } from './last-words.ts'

/** The part of Electron's UtilityProcess and of Node's ChildProcess that a job needs. */
export interface EngineProcess {
  readonly pid: number | undefined
  post(message: ToEngine): void
  onMessage(listener: (message: FromEngine) => void): void
  /** @param listener is told how it ended, as 'exit code 1' or 'signal SIGKILL'; also when it could not be started */
  onExit(listener: (how: string) => void): void
  kill(): void
  /** What it wrote last to its error stream. */
  log(): string
}
export type SpawnEngine = () => EngineProcess

/**
 * Starts engines as children of this process.
 * @param compiled folder, of this person alone, where Node keeps the sources of engines and their threads as it compiled them: they then
 * start in a third of the time
 */
export const engineSpawner =
  (compiled?: string): SpawnEngine =>
  () => {
    const file = import.meta.url.endsWith('.ts') ? '../engine/entry.ts' : './engine.js'
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [],
      env: { ...process.env, ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc']
    })
    const log = lastWords(child.stderr, (text) => void process.stderr.write(text))
    return {
      get pid() {
        return child.pid
      },
      // To a child that has just died a message is lost; its exit tells the rest.
      post: (message) => void child.send(message, () => undefined),
      onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
      onExit: (listener) => {
        child.on('exit', (code, signal) => listener(signal ? `signal ${signal}` : `exit code ${code}`))
        child.on('error', (error) => listener(error.message))
      },
      kill: () => void child.kill('SIGKILL'),
      log
    }
  }

/** Starts an engine that is compiled anew. */
export const spawnEngine = engineSpawner()
