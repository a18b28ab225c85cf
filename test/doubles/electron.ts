/** A recording stand-in for Electron: it keeps what the main process asked for, is as strict about the order, and lets a test play the other side. */
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

class RecordedPort extends EventEmitter {
  readonly #port: MessagePort
  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('message', (data) => this.emit('message', { data, ports: [] }))
    port.on('close', () => this.emit('close'))
  }
  postMessage(data: unknown): void {
    this.#port.postMessage(data)
  }
  start(): void {
    this.#port.start()
  }
  close(): void {
    this.#port.close()
  }
}

let ready = false
const before = (what: string): void => {
  if (ready) throw new Error(`${what} comes after app.whenReady()`)
}
const after = (what: string): void => {
  if (!ready) throw new Error(`${what} comes before app.whenReady()`)
}

class RecordedApp extends EventEmitter {
  hasLock = true
  quits = 0
  sandboxed = false
  readonly folder = mkdtempSync(join(tmpdir(), 'electron-double-'))
  requestSingleInstanceLock(): boolean {
    return this.hasLock
  }
  async whenReady(): Promise<void> {
    ready = true
  }
  enableSandbox(): void {
    before('enableSandbox')
    this.sandboxed = true
  }
  getPath(name: string): string {
    return join(this.folder, name)
  }
  readonly recent: string[] = []
  readonly schemes: string[] = []
  addRecentDocument(path: string): void {
    this.recent.push(path)
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    after('setAsDefaultProtocolClient')
    this.schemes.push(scheme)
    return true
  }
  quit(): void {
    this.quits++
    this.emit('will-quit', { preventDefault: () => undefined })
  }
  exit(): void {
    this.quits++
  }
}

class RecordedContents extends EventEmitter {
  reloads = 0
  reload(): void {
    this.reloads++
  }
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
  setWindowOpenHandler(handler: RecordedContents['openHandler']): void {
    this.openHandler = handler
  }
}

interface WindowOptions {
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly webPreferences: Readonly<Record<string, unknown>>
}
export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = []
  readonly webContents = new RecordedContents()
  readonly loaded: string[] = []
  readonly options: WindowOptions
  shown = false
  focused = 0
  constructor(options: WindowOptions) {
    super()
    after('new BrowserWindow')
    this.options = options
    BrowserWindow.all.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url)
    this.emit('ready-to-show')
  }
  show(): void {
    this.shown = true
  }
  bounds = { x: 100, y: 50, width: 1200, height: 800 }
  maximized = false
  title = ''
  file = ''
  edited = false
  progress = -1
  isMinimized(): boolean {
    return false
  }
  isFocused(): boolean {
    return false
  }
  isDestroyed(): boolean {
    return false
  }
  isMaximized(): boolean {
    return this.maximized
  }
  maximize(): void {
    this.maximized = true
  }
  getNormalBounds() {
    return this.bounds
  }
  setTitle(title: string): void {
    this.title = title
  }
  setRepresentedFilename(file: string): void {
    this.file = file
  }
  setDocumentEdited(edited: boolean): void {
    this.edited = edited
  }
  setProgressBar(progress: number): void {
    this.progress = progress
  }
  restore(): void {}
  focus(): void {
    this.focused++
  }
}

export const app = new RecordedApp()

interface MenuItem {
  readonly label?: string
  readonly role?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly click?: () => void
  readonly submenu?: readonly MenuItem[]
}
export const Menu = {
  current: undefined as readonly MenuItem[] | undefined,
  buildFromTemplate: (template: readonly MenuItem[]) => template,
  setApplicationMenu(menu: readonly MenuItem[]): void {
    after('Menu.setApplicationMenu')
    Menu.current = menu
  }
}

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = []
  static isSupported = (): boolean => true
  readonly options: { readonly title: string; readonly body: string }
  constructor(options: Notification['options']) {
    super()
    after('new Notification')
    this.options = options
  }
  show(): void {
    Notification.shown.push(this)
  }
}

export const screen = {
  getAllDisplays() {
    after('screen.getAllDisplays')
    return [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }]
  }
}
export const ipcMain = new EventEmitter()
export const dialog = {
  answer: [] as string[],
  showOpenDialog: async (): Promise<{ filePaths: string[] }> => ({ filePaths: dialog.answer }),
  suggested: '',
  showSaveDialog: async ({
    defaultPath
  }: {
    defaultPath: string
  }): Promise<{ canceled: boolean; filePath: string }> => {
    dialog.suggested = defaultPath
    return { canceled: dialog.answer.length === 0, filePath: dialog.answer[0] ?? '' }
  }
}
const opened: string[] = []
export const shell = { opened, openExternal: async (url: string): Promise<void> => void opened.push(url) }
export const net = {
  fetch: async (url: string) => new Response(`file:${new URL(url).pathname.split('/').pop() ?? ''}`)
}

type Handler = (request: Request) => Response | Promise<Response>
const handlers = new Map<string, Handler>()
const privileged: { scheme: string }[] = []
export const protocol = {
  privileged,
  handlers,
  registerSchemesAsPrivileged(schemes: { scheme: string }[]): void {
    before('registerSchemesAsPrivileged')
    privileged.push(...schemes)
  },
  handle(scheme: string, handler: Handler): void {
    after('protocol.handle')
    handlers.set(scheme, handler)
  }
}

type OnRequest = (
  contents: unknown,
  permission: string,
  decide: (allowed: boolean) => void,
  details: { readonly requestingUrl: string }
) => void
type OnCheck = (contents: unknown, permission: string, origin: string) => boolean
class RecordedSession {
  request: OnRequest | undefined
  check: OnCheck | undefined
  setPermissionRequestHandler(handler: OnRequest): void {
    this.request = handler
  }
  setPermissionCheckHandler(handler: OnCheck): void {
    this.check = handler
  }
}
export const session = { defaultSession: new RecordedSession() }

/** Runs the engine as a child process, which speaks as a utility process does. */
export const utilityProcess = {
  entries: [] as string[],
  fork(entry: string) {
    after('utilityProcess.fork')
    utilityProcess.entries.push(entry)
    const child = fork(entry, [], { serialization: 'advanced', execArgv: [] })
    return Object.assign(new EventEmitter(), {
      get pid() {
        return child.pid
      },
      postMessage: (message: never) => void child.send(message),
      kill: () => child.kill('SIGKILL'),
      on(name: string, listener: (...args: never[]) => void) {
        child.on(name, listener as (...args: unknown[]) => void)
        return this
      }
    })
  }
}

/** What a frame of that address gets when it asks the main process for a port. */
export function connectFrame(
  url: string,
  parent: unknown = null,
  sender: unknown = BrowserWindow.all[0]!.webContents
): MessagePort {
  const { port1, port2 } = new MessageChannel()
  ipcMain.emit('rpc:connect', { ports: [new RecordedPort(port2)], sender, senderFrame: { url, parent } })
  return port1
}
