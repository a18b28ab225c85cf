import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { exitCodes } from './commands/command.ts'
import { Problem } from '../core/problem.ts'
import { startBrowserHost } from './host/browser.ts'
import { serveOptions, serveText } from './host/serve-options.ts'
import { engineSpawner } from './host/spawn-engine.ts'
import { usualPorts } from './host/usual-ports.ts'
import { createServices } from './services.ts'

/** The browser host as a program: `npm run serve -- --port 4000 PROJECT.tmac`. */
const root = join(import.meta.dirname, '../..')

/** What a person got wrong is told in a line, without the places in the program that noticed. */
function refuse(error: unknown): never {
  if (!(error instanceof Problem)) throw error
  console.error(`tmac: ${error.message}`)
  process.exit(exitCodes.badInput)
}

/** A value, or the end of the program with the words of the Problem that it has. */
function attempt<Value>(action: () => Value): Value {
  try {
    return action()
  } catch (error) {
    return refuse(error)
  }
}

const options = attempt(() => serveOptions(process.argv.slice(2), process.cwd()))
if (!options) {
  console.log(serveText)
  process.exit(exitCodes.done)
}
const { port, dataFolder, projectFolder, open } = options
const ports = port === undefined ? usualPorts(dataFolder) : [port]
mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
const services = createServices({
  host: 'browser',
  dataFolder,
  projectFolder,
  resources: join(root, 'resources'),
  spawn: engineSpawner({ built: join(root, 'out', 'main', 'engine.js'), compiled: join(dataFolder, 'compiled') })
})
const address =
  open === undefined
    ? ''
    : open.startsWith('tmac://')
      ? `#/${open.slice('tmac://'.length)}`
      : `#/project/${attempt(() => services.library.open(open)).id}`
const host = await startBrowserHost({ services, page: join(root, 'out', 'renderer'), ports }).catch(refuse)
if (port === undefined && host.port !== ports[0])
  console.log(
    `Port ${ports[0]} of this machine, where this workbench usually is, is taken, perhaps by one that still runs: it is at ${host.port} ` +
      'this time. Changes that a page could not save there wait until it is back there.\n'
  )
console.log(
  `TMAC Workbench: open this link in a browser on this machine; it lets in once.\n\n  ${host.link(address)}\n`
)
console.log('Enter prints a new link, Ctrl-C ends.')
const lines = createInterface({ input: process.stdin })
lines.on('line', () => console.log(`  ${host.link()}`))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    lines.close()
    void host.close().then(() => process.exit(0))
  })
