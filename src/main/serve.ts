import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { startBrowserHost } from './host/browser.ts'
import { engineSpawner } from './host/spawn-engine.ts'
import { createServices } from './services.ts'

/** The browser host as a program: `npm run serve -- --port 4000 --projects FOLDER`. */
const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string', default: join(homedir(), '.tmac') },
    projects: { type: 'string', default: join(homedir(), 'TMAC') }
  }
})
const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`tmac: port '${values.port}' is not a whole number from 0 to 65535; leave it out for any that is free`)
  process.exit(2)
}
mkdirSync(values.data, { recursive: true, mode: 0o700 })
const services = createServices({
  host: 'browser',
  dataFolder: resolve(values.data),
  projectFolder: resolve(values.projects),
  resources: join(root, 'resources'),
  spawn: engineSpawner(join(resolve(values.data), 'compiled'))
})
const host = await startBrowserHost({ services, page: join(root, 'out', 'renderer'), port })
console.log(`TMAC Workbench: open this link in a browser on this machine; it lets in once.\n\n  ${host.link()}\n`)
console.log('Enter prints a new link, Ctrl-C ends.')
const lines = createInterface({ input: process.stdin })
lines.on('line', () => console.log(`  ${host.link()}`))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    lines.close()
    void host.close().then(() => process.exit(0))
  })
