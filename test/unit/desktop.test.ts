import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { beforeAll, expect, test, vi } from 'vitest'
import type { WorkbenchClient } from '../../src/contract/workbench.ts'

vi.mock('electron', () => import('../doubles/electron.ts'))
const { startDesktop } = await import('../../src/main/host/desktop.ts')
const { app, BrowserWindow, connectFrame, dialog, Menu, Notification, protocol, session, shell, utilityProcess } =
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

test('a second start brings the window to the front, with what it was started on', async () => {
  app.emit('second-instance', {}, ['tmac', '--flag', 'study.tmac', 'tmac://project/1/run/2?point=3'], '/projects')
  expect(BrowserWindow.all[0]!.focused).toBe(1)
  const events = await clientOf(connectFrame(site)).shell.events()
  expect(await events.next()).toMatchObject({ value: { type: 'open', path: '/projects/study.tmac' } })
  expect(await events.next()).toMatchObject({ value: { type: 'link', address: 'tmac://project/1/run/2?point=3' } })
  await events.return?.()
})

test('the menus of the page become native ones that tell the page what was chosen', async () => {
  const client = clientOf(connectFrame(site))
  await client.shell.menus([
    {
      title: 'Edit',
      entries: [
        { id: 'edit.undo', title: 'Undo', keys: 'Ctrl+Z', enabled: false },
        { id: 'go.back', title: 'Back & forth', keys: 'Alt+ArrowLeft', enabled: true }
      ]
    }
  ])
  const edit = Menu.current!.find(({ label }) => label === 'Edit')!
  expect(edit.submenu!.slice(0, 2)).toMatchObject([
    { label: 'Undo', accelerator: 'CommandOrControl+Z', enabled: false, registerAccelerator: false },
    { label: 'Back && forth', accelerator: 'Alt+Left', enabled: true }
  ])
  expect(edit.submenu!.map(({ role }) => role)).toEqual(expect.arrayContaining(['cut', 'copy', 'paste']))
  const events = await client.shell.events()
  const next = events.next()
  await expect.poll(() => (edit.submenu![1]!.click!(), true)).toBe(true)
  expect(await next).toMatchObject({ value: { type: 'command', id: 'go.back' } })
  await events.return?.()
})

test('the window shows the project, its state and the progress of a search', async () => {
  const client = clientOf(connectFrame(site))
  await client.shell.window({ title: 'study — TMAC Workbench', path: '/p/study.tmac', edited: true, progress: 0.5 })
  const [window] = BrowserWindow.all
  expect(window).toMatchObject({ title: 'study — TMAC Workbench', file: '/p/study.tmac', edited: true, progress: 0.5 })
  expect(app.recent).toEqual(['/p/study.tmac'])
  await client.shell.window({ title: 'TMAC Workbench', edited: false })
  expect(window).toMatchObject({ file: '', edited: false, progress: -1 })
})

test('a notification leads back to what it tells of', async () => {
  const client = clientOf(connectFrame(site))
  const events = await client.shell.events()
  const next = events.next()
  await client.shell.announce({ title: 'Found', body: '28,042 tokens/s', address: '#/project/1/run/2' })
  Notification.shown[0]!.emit('click')
  expect(await next).toMatchObject({ value: { type: 'link', address: '#/project/1/run/2' } })
  await events.return?.()
})

test('a page that crashed is loaded again; the place of the window is kept', () => {
  const [window] = BrowserWindow.all
  window!.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  expect(window!.webContents.reloads).toBe(1)
  window!.emit('close')
  expect(JSON.parse(readFileSync(join(app.getPath('userData'), 'window.json'), 'utf8'))).toEqual({
    ...window!.bounds,
    maximized: false
  })
})

test('opens links into projects, as the system asks', () => expect(app.schemes).toEqual(['tmac']))

test('refuses every permission that reaches beyond the page', () => {
  const asked: boolean[] = []
  const ask = (permission: string, requestingUrl: string): void =>
    session.defaultSession.request!({}, permission, (allowed) => asked.push(allowed), { requestingUrl })
  ask('media', site)
  ask('clipboard-sanitized-write', 'https://example.org/')
  ask('clipboard-read', site)
  expect(asked).toEqual([false, false, false])
  expect(session.defaultSession.check!({}, 'geolocation', 'app://workbench')).toBe(false)
})

test('lets its own page put something on the clipboard', () => {
  expect(session.defaultSession.check!({}, 'clipboard-sanitized-write', 'app://workbench/')).toBe(true)
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
  expect(await client.projects.chooseTarget({ suggestion: 'desktop copy' })).toBe('/somewhere/study.tmac')
  expect(dialog.suggested).toMatch(/TMAC.desktop copy\.tmac$/)
  dialog.answer = []
  expect(await client.projects.chooseTarget({ suggestion: 'desktop copy' })).toBeUndefined()
  const job = await client.jobs.start({
    project,
    model: { preset: 'megatron-1.7b' },
    chip: { preset: 'lean-48' },
    globalBatch: 48,
    sequenceLength: 1024,
    objective: 'throughput',
    wafers: null,
    powerCap_W: null,
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

test('gives the page of no window of ours nothing', async () =>
  expect(await answerOf(clientOf(connectFrame(site, null, {})))).toBe(silence))

test('a view opens in a second window, as locked as the first, on the same program', async () => {
  const first = clientOf(connectFrame(site))
  await first.shell.open({ address: '#/project/1/run/2?point=3' })
  const [one, two] = BrowserWindow.all
  expect(BrowserWindow.all).toHaveLength(2)
  expect(two!.loaded).toEqual([`${site}#/project/1/run/2?point=3`])
  expect(two!.shown).toBe(true)
  expect(two!.options.webPreferences).toEqual(one!.options.webPreferences)
  expect(two!.webContents.openHandler({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' })
  let stopped = false
  two!.webContents.emit('will-navigate', { preventDefault: () => (stopped = true) }, 'https://example.org/')
  expect(stopped).toBe(true)

  const second = clientOf(connectFrame(site, null, two!.webContents))
  const { id: project } = await first.projects.create({ name: 'two windows' })
  expect(await second.projects.view({ project })).toMatchObject({ name: 'two windows' })
  await second.shell.window({ title: 'the second', edited: false })
  expect([one!.title, two!.title]).toEqual(['TMAC Workbench', 'the second'])
  await expect(first.shell.open({ address: 'https://example.org/' })).rejects.toThrow()
  expect(BrowserWindow.all).toHaveLength(2)
})

test('native menus are those of the window in front, and tell it alone what was chosen', async () => {
  const pages = BrowserWindow.all.map(({ webContents }) => clientOf(connectFrame(site, null, webContents)))
  const menus = (title: string) => [{ title: 'View', entries: [{ id: title, title, keys: '', enabled: true }] }]
  await pages[0]!.shell.menus(menus('of the first'))
  await pages[1]!.shell.menus(menus('of the second'))
  const chosen: string[] = []
  const streams = await Promise.all(pages.map((page) => page.shell.events()))
  for (const [at, events] of streams.entries())
    void (async () => {
      for await (const event of events) chosen.push(`${at}: ${event.type === 'command' ? event.id : event.type}`)
    })().catch(() => 'the stream was ended while it waited')
  const entry = () => Menu.current!.find(({ label }) => label === 'View')!.submenu![0]!
  BrowserWindow.all[0]!.emit('focus')
  expect(entry().label).toBe('of the first')
  entry().click!()
  BrowserWindow.all[1]!.emit('focus')
  expect(entry().label).toBe('of the second')
  entry().click!()
  app.emit('second-instance', {}, ['tmac', 'tmac://project/1/run/2'], '/')
  await expect.poll(() => chosen).toEqual(['0: of the first', '1: of the second', '1: link'])
  await Promise.all(streams.map((events) => events.return?.()))
})

test('what both pages tell of is notified once', async () => {
  const before = Notification.shown.length
  for (const { webContents } of BrowserWindow.all)
    await clientOf(connectFrame(site, null, webContents)).shell.announce({
      title: 'Found',
      body: '30,000 tokens/s',
      address: '#/project/1/run/3'
    })
  expect(Notification.shown.slice(before)).toHaveLength(1)
})

test('the second window has a place of its own, and takes it when it is opened again', async () => {
  const second = BrowserWindow.all[1]!
  second.bounds = { x: 700, y: 80, width: 900, height: 700 }
  second.emit('close')
  second.emit('closed')
  expect(JSON.parse(readFileSync(join(app.getPath('userData'), 'window-2.json'), 'utf8'))).toEqual({
    ...second.bounds,
    maximized: false
  })
  await clientOf(connectFrame(site)).shell.open({ address: '#/' })
  expect(BrowserWindow.all[2]!.options).toMatchObject(second.bounds)
  expect(BrowserWindow.all[2]!.loaded).toEqual([`${site}#/`])
})
