import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { Problem } from '../core/problem.ts'
import { startBrowserHost } from './host/browser.ts'
import { engineSpawner } from './host/spawn-engine.ts'
import { usualPorts } from './host/usual-ports.ts'
import { createServices } from './services.ts'

/** The browser host as a program: `npm run serve -- --port 4000 --projects FOLDER`. */
const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    data: { type: 'string', default: join(homedir(), '.tmac') },
    projects: { type: 'string', default: join(homedir(), 'TMAC') }
  }
})
const asked = values.port === undefined ? undefined : Number(values.port)
if (asked !== undefined && (!Number.isInteger(asked) || asked < 0 || asked > 65_535)) {
  console.error(
    `tmac: port '${values.port}' is not a whole number from 0 (any that is free) to 65535; leave it out for the usual one`
  )
  process.exit(2)
}
const dataFolder = resolve(values.data)
const ports = asked === undefined ? usualPorts(dataFolder) : [asked]
mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
const services = createServices({
  host: 'browser',
  dataFolder,
  projectFolder: resolve(values.projects),
  resources: join(root, 'resources'),
  spawn: engineSpawner(join(dataFolder, 'compiled'))
})
const host = await startBrowserHost({ services, page: join(root, 'out', 'renderer'), ports }).catch(
  (error: unknown) => {
    if (!(error instanceof Problem)) throw error
    console.error(`tmac: ${error.message}`)
    process.exit(2)
  }
)
if (asked === undefined && host.port !== ports[0])
  console.log(
    `Port ${ports[0]} of this machine, where this workbench usually is, is taken, perhaps by one that still runs: it is at ${host.port} ` +
      'this time. Changes that a page could not save there wait until it is back there.\n'
  )
console.log(`TMAC Workbench: open this link in a browser on this machine; it lets in once.\n\n  ${host.link()}\n`)
console.log('Enter prints a new link, Ctrl-C ends.')
const lines = createInterface({ input: process.stdin })
lines.on('line', () => console.log(`  ${host.link()}`))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    lines.close()
    void host.close().then(() => process.exit(0))
  })
