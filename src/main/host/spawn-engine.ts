import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromEngine, ToEngine } from '../engine/protocol.ts'

/** The part of Electron's UtilityProcess and of Node's ChildProcess that a job needs. */
export interface EngineProcess {
  readonly pid: number | undefined
  post(message: ToEngine): void
  onMessage(listener: (message: FromEngine) => void): void
  onExit(listener: (code: number | null) => void): void
  kill(): void
}
export type SpawnEngine = () => EngineProcess

/** Starts an engine as a child of this process. */
export const spawnEngine: SpawnEngine = () => {
  const file = import.meta.url.endsWith('.ts') ? '../engine/entry.ts' : './engine.js'
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  return {
    get pid() {
      return child.pid
    },
    post: (message) => void child.send(message),
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
    onExit: (listener) => void child.on('exit', (code) => listener(code)),
    kill: () => void child.kill('SIGKILL')
  }
}
