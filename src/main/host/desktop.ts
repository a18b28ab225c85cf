import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, BrowserWindow, dialog, ipcMain, net, protocol, session, shell } from 'electron'
import { RPCHandler } from '@orpc/server/message-port'
import { customJsonSerializers } from '../../contract/typed-arrays.ts'
import { router } from '../router.ts'
import { createServices } from '../services.ts'
import { spawnUtility } from './desktop-engine.ts'
import { pageFile, pageHeaders } from './page-files.ts'

const SITE = 'app://workbench'

/** Scheme and host of a URL; Node's own `origin` is the word null for every scheme but the web's. */
function siteOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol: scheme, host } = new URL(url)
  return `${scheme}//${host}`
}

/** Locks every page: it goes nowhere else, opens nothing, embeds nothing. */
function lockContents(contents: Electron.WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url)
    return { action: 'deny' }
  })
  for (const event of ['will-navigate', 'will-redirect'] as const)
    contents.on(event as 'will-navigate', (details, url) => {
      if (siteOf(url) !== SITE) details.preventDefault()
    })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

async function chooseProject(): Promise<string | undefined> {
  const { filePaths } = await dialog.showOpenDialog({
    title: 'Open a project',
    properties: ['openFile'],
    filters: [{ name: 'TMAC projects', extensions: ['tmac'] }]
  })
  return filePaths[0]
}

/** The desktop workbench. @param out folder of the built program */
export async function startDesktop({ out }: { readonly out: string }): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }
  ])
  app.on('web-contents-created', (_event, contents) => lockContents(contents))
  app.on('window-all-closed', () => app.quit())

  await app.whenReady()
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
  protocol.handle('app', async (request) => {
    const file =
      siteOf(request.url) === SITE ? pageFile(join(out, 'renderer'), new URL(request.url).pathname) : undefined
    if (!file) return new Response('There is no such file.', { status: 404 })
    const answer = await net.fetch(pathToFileURL(file).href)
    const headers = new Headers(answer.headers)
    for (const [name, value] of Object.entries(pageHeaders)) headers.set(name, value)
    return new Response(answer.body, { status: answer.status, headers })
  })

  const services = createServices({
    host: 'desktop',
    dataFolder: app.getPath('userData'),
    projectFolder: join(app.getPath('documents'), 'TMAC'),
    resources: join(out, '..', 'resources'),
    spawn: spawnUtility(join(out, 'main', 'engine.js')),
    chooseProject
  })
  let closed = false
  app.on('will-quit', (event) => {
    if (closed) return
    // What running searches found is written before the program ends.
    event.preventDefault()
    void services.close().finally(() => {
      closed = true
      app.quit()
    })
  })

  const handler = new RPCHandler(router, { customJsonSerializers })
  ipcMain.on('rpc:connect', ({ ports: [port], senderFrame }) => {
    if (!port || !senderFrame || senderFrame.parent || siteOf(senderFrame.url) !== SITE) return
    handler.upgrade(port, { context: { services } })
    port.start()
  })

  const window = new BrowserWindow({
    width: 1400,
    height: 900,
    minWidth: 640,
    show: false,
    title: 'TMAC Workbench',
    webPreferences: {
      preload: join(out, 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true
    }
  })
  window.once('ready-to-show', () => window.show())
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  await window.loadURL(`${SITE}/index.html`)
}
