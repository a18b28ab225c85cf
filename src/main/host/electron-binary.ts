import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** Electron's executable on this machine, or why there is none. */
export type ElectronBinary =
  | { readonly executable: string; readonly reason?: undefined }
  | { readonly executable?: undefined; readonly reason: string }

/** Where the package `electron` has its executable, once that was fetched. */
function electronExecutable(): string | undefined {
  const folder = dirname(require.resolve('electron/package.json'))
  const pointer = join(folder, 'path.txt')
  if (!existsSync(pointer)) return undefined
  const executable = join(folder, 'dist', readFileSync(pointer, 'utf8').trim())
  return existsSync(executable) ? executable : undefined
}

/**
 * Electron's executable, fetched by its own installer where it is missing.
 * @param tell hears that it is being fetched, which takes a while
 */
export function electronBinary(tell: (words: string) => void): ElectronBinary {
  const there = electronExecutable()
  if (there) return { executable: there }
  tell("Electron's binary is not here yet; fetching it …")
  const { stderr, error } = spawnSync(process.execPath, [require.resolve('electron/install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 300_000
  })
  const fetched = electronExecutable()
  if (fetched) return { executable: fetched }
  const said = /(?:Error|error|failed)[^\n]*/.exec(stderr ?? '')?.[0]
  return { reason: error?.message ?? said ?? 'its installer left nothing behind' }
}
