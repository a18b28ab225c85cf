import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { electronBinary } from './host/electron-binary.ts'

/** `npm start`: the desktop workbench, or, where Electron cannot be had, the browser host. */
const root = join(import.meta.dirname, '../..')

const { executable } = electronBinary(console.log)
if (executable) {
  const { status } = spawnSync(executable, [root, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(status ?? 1)
}
console.log('Electron could not be fetched (no network, or a closed one): the workbench runs in a browser instead.\n')
await import('./serve.ts')
