import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
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

const source = fileURLToPath(new URL('../engine/entry.ts', import.meta.url))

export interface EngineProgram {
  /** The built engine, which is read twice as fast as its sources. */
  readonly built?: string
  /** Folder, of this person alone, where Node keeps engines and their threads as it compiled them: they then start in half the time. */
  readonly compiled?: string
}

/** Starts engines as children of this process: the built one where there is one, else from the sources. */
export const engineSpawner =
  ({ built, compiled }: EngineProgram = {}): SpawnEngine =>
  () => {
    const child = fork(built !== undefined && existsSync(built) ? built : source, [], {
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

/** Starts an engine from the sources, compiled anew. */
export const spawnEngine = engineSpawner()
