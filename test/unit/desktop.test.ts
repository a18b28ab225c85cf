import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { beforeAll, expect, test, vi } from 'vitest'
import type { WorkbenchClient } from '../../src/contract/workbench.ts'

vi.mock('electron', () => import('../doubles/electron.ts'))
const { startDesktop } = await import('../../src/main/host/desktop.ts')
const { app, BrowserWindow, connectFrame, dialog, protocol, session, shell, utilityProcess } =
  await import('../doubles/electron.ts')

// The built program: `npm test` and `npm run build` make it.
const out = join(import.meta.dirname, '../../out')
const site = 'app://workbench/index.html'
const clientOf = (port: unknown): WorkbenchClient => createORPCClient(new RPCLink({ port: port as never }))
const silence = Symbol('silence')
const answerOf = (client: WorkbenchClient): Promise<unknown> =>
  Promise.race([client.host.info(), new Promise((resolve) => setTimeout(resolve, 200, silence))])

beforeAll(() => startDesktop({ out }))

test('opens one sandboxed window on its own page', () => {
  const [window] = BrowserWindow.all
  expect(BrowserWindow.all).toHaveLength(1)
  expect(window!.options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true
  })
  expect(window!.loaded).toEqual([site])
  expect(window!.shown).toBe(true)
  expect(app.sandboxed).toBe(true)
})

test('a second start brings the window to the front', () => {
  app.emit('second-instance')
  expect(BrowserWindow.all[0]!.focused).toBe(1)
})

test('refuses every permission', () => {
  const asked: boolean[] = []
  session.defaultSession.request!({}, 'media', (allowed) => asked.push(allowed))
  expect(asked).toEqual([false])
  expect(session.defaultSession.check!()).toBe(false)
})

test.each(['https://example.org/', 'app://other/index.html', 'file:///etc/passwd', 'not an address'])(
  'does not navigate to %s',
  (url) => {
    for (const event of ['will-navigate', 'will-redirect']) {
      let stopped = false
      BrowserWindow.all[0]!.webContents.emit(event, { preventDefault: () => (stopped = true) }, url)
      expect(stopped).toBe(true)
    }
  }
)

test('navigates within its own page, embeds nothing, and opens only web links, outside', () => {
  const contents = BrowserWindow.all[0]!.webContents
  let stopped = 0
  const event = { preventDefault: () => void stopped++ }
  contents.emit('will-navigate', event, site)
  expect(stopped).toBe(0)
  contents.emit('will-attach-webview', event)
  expect(stopped).toBe(1)
  expect(contents.openHandler({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' })
  expect(contents.openHandler({ url: 'https://example.org/' })).toEqual({ action: 'deny' })
  expect(shell.opened).toEqual(['https://example.org/'])
})

test('serves the page under a policy without eval, and nothing outside its folder', async () => {
  const handle = protocol.handlers.get('app')!
  const page = await handle(new Request(site))
  expect(page.status).toBe(200)
  const policy = page.headers.get('content-security-policy')!
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe-eval')
  for (const url of ['app://workbench/..%2f..%2fpackage.json', 'app://workbench/%00', 'app://other/index.html'])
    expect((await handle(new Request(url))).status).toBe(404)
})

test('gives its own page the contract over a real port, down to the built engine in a process of its own', async () => {
  const client = clientOf(connectFrame(site))
  expect(await client.host.info()).toMatchObject({ host: 'desktop', choosesFiles: true })
  dialog.answer = ['/somewhere/study.tmac']
  expect(await client.projects.choose()).toBe('/somewhere/study.tmac')
  const { id: project } = await client.projects.create({ name: 'desktop' })
  const job = await client.jobs.start({
    project,
    model: { preset: 'megatron-1.7b' },
    chip: { preset: 'lean-48' },
    globalBatch: 48,
    sequenceLength: 1024,
    objective: 'throughput',
    exploreWafers: false,
    waivePowerCap: true,
    budget_s: 3
  })
  let last = job
  for await (const state of await client.jobs.watch({ job: job.id })) last = state
  expect(last.status).toBe('finished')
  expect(last.pointCount).toBeGreaterThan(0)
  expect(utilityProcess.entries).toEqual([join(out, 'main', 'engine.js')])
})

test('gives a foreign page, and a frame within its own, nothing', async () => {
  expect(await answerOf(clientOf(connectFrame('https://example.org/')))).toBe(silence)
  expect(await answerOf(clientOf(connectFrame(site, { url: site })))).toBe(silence)
})
