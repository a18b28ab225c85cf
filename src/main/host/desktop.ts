import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, BrowserWindow, dialog, ipcMain, net, protocol, screen, session, shell } from 'electron'
import { RPCHandler } from '@orpc/server/message-port'
import { customJsonSerializers } from '../../contract/typed-arrays.ts'
import { router } from '../router.ts'
import { createServices } from '../services.ts'
import { spawnUtility } from './desktop-engine.ts'
import { DesktopWindows } from './desktop-windows.ts'
import { pageFile, pageHeaders } from './page-files.ts'
import { keepPlace, reachablePlace, readPlace } from './window-place.ts'

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

/** The system asks before a file is written over; ours never are, which the answer to the page says. */
async function chooseTarget(folder: string, suggestion: string): Promise<string | undefined> {
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: 'Save the project as',
    defaultPath: join(folder, `${suggestion}.tmac`),
    filters: [{ name: 'TMAC projects', extensions: ['tmac'] }]
  })
  return canceled ? undefined : filePath
}

/** All that a page may do beside drawing itself: put text and pictures on the clipboard when a person asks. */
const isAllowed = (permission: string, url: string): boolean =>
  permission === 'clipboard-sanitized-write' && siteOf(url) === SITE

/** A window, where it was; its place is kept when it closes. A page that crashed is loaded again, with all that was saved. */
function openWindow(out: string, placeFile: string): BrowserWindow {
  const kept = reachablePlace(
    readPlace(placeFile),
    screen.getAllDisplays().map(({ workArea }) => workArea)
  )
  const { maximized = false, ...bounds } = kept ?? { width: 1400, height: 900 }
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 640,
    minHeight: 480,
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
  window.once('ready-to-show', () => {
    if (maximized) window.maximize()
    window.show()
  })
  window.on('close', () => keepPlace(placeFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }))
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') window.webContents.reload()
  })
  return window
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
  /** Each window has a place of its own, by its number. */
  const windows = new DesktopWindows(`${SITE}/index.html`, (number) =>
    openWindow(out, join(app.getPath('userData'), number === 1 ? 'window.json' : `window-${number}.json`))
  )
  // macOS tells of files and links by events, which may come before the program is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    windows.take([path], process.cwd())
  })
  app.on('open-url', (event, url) => {
    event.preventDefault()
    windows.take([url], process.cwd())
  })
  windows.take(process.argv.slice(1), process.cwd())
  app.on('second-instance', (_event, words, folder) => {
    windows.show()
    windows.take(words.slice(1), folder)
  })

  await app.whenReady()
  app.setAsDefaultProtocolClient('tmac')
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(isAllowed(permission, requestingUrl))
  )
  session.defaultSession.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin))
  protocol.handle('app', async (request) => {
    const file =
      siteOf(request.url) === SITE ? pageFile(join(out, 'renderer'), new URL(request.url).pathname) : undefined
    if (!file) return new Response('There is no such file.', { status: 404 })
    const answer = await net.fetch(pathToFileURL(file).href)
    const headers = new Headers(answer.headers)
    for (const [name, value] of Object.entries(pageHeaders)) headers.set(name, value)
    return new Response(answer.body, { status: answer.status, headers })
  })

  const projectFolder = join(app.getPath('documents'), 'TMAC')
  const services = createServices({
    host: 'desktop',
    dataFolder: app.getPath('userData'),
    projectFolder,
    resources: join(out, '..', 'resources'),
    spawn: spawnUtility(join(out, 'main', 'engine.js')),
    chooseProject,
    chooseTarget: (suggestion) => chooseTarget(projectFolder, suggestion)
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
  ipcMain.on('rpc:connect', ({ ports: [port], sender, senderFrame }) => {
    const windowShell = windows.shellOf(sender)
    if (!port || !windowShell || !senderFrame || senderFrame.parent || siteOf(senderFrame.url) !== SITE) return
    handler.upgrade(port, { context: { services, shell: windowShell } })
    port.start()
  })

  await windows.open()
}
