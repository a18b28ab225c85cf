import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** `npm start`: the desktop workbench, or, where Electron cannot be had, the browser host. */
const root = join(import.meta.dirname, '../..')

/** Electron's executable, when this machine has one. */
function electronExecutable(): string | undefined {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const pointer = join(folder, 'path.txt')
  if (!existsSync(pointer)) return undefined
  const executable = join(folder, 'dist', readFileSync(pointer, 'utf8').trim())
  return existsSync(executable) ? executable : undefined
}

function fetchElectron(): string | undefined {
  console.log("Electron's binary is not here yet; fetching it …")
  const installer = createRequire(import.meta.url).resolve('electron/install.js')
  spawnSync(process.execPath, [installer], { stdio: 'ignore', timeout: 300_000 })
  return electronExecutable()
}

const executable = electronExecutable() ?? fetchElectron()
if (executable) {
  const { status } = spawnSync(executable, [root, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(status ?? 1)
}
console.log('Electron could not be fetched (no network, or a closed one): the workbench runs in a browser instead.\n')
await import('./serve.ts')
