import type { Readable } from 'node:stream'
import { utilityProcess } from 'electron'
import type { FromEngine } from '../engine/protocol.ts'
import { lastWords } from './last-words.ts'
import type { SpawnEngine } from './spawn-engine.ts'

/** Starts engines as utility processes of Electron. @param entry the built engine */
export const spawnUtility =
  (entry: string): SpawnEngine =>
  () => {
    const child = utilityProcess.fork(entry, [], { serviceName: 'TMAC engine', stdio: 'pipe' })
    const log = lastWords(child.stderr as Readable | null, (text) => void process.stderr.write(text))
    return {
      get pid() {
        return child.pid
      },
      post: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', (message: FromEngine) => listener(message)),
      onExit: (listener) => void child.on('exit', (code) => listener(`exit code ${code}`)),
      kill: () => void child.kill(),
      log
    }
  }
