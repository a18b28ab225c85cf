import { app, type BrowserWindow } from 'electron'
import { EventEmitter, on } from 'node:events'
import type { ShellEvent, ShellMenus } from '../../contract/shell-contract.ts'
import type { DesktopWindows } from './desktop-windows.ts'
import type { HostShell } from './host-shell.ts'

/** One window's side of its page: title, state and progress of its own; what all windows share is asked of them. */
export class DesktopShell implements HostShell {
  readonly frame: BrowserWindow
  readonly #windows: DesktopWindows
  readonly #changes = new EventEmitter()
  /** What came before the page listened, as the file that the program was started with. */
  #waiting: ShellEvent[] = []
  #listeners = 0
  /** The commands of the page, which are the native menus while the window is in front. */
  shownMenus: ShellMenus = []

  constructor(window: BrowserWindow, windows: DesktopWindows) {
    this.frame = window
    this.#windows = windows
  }

  /** Brings the window before the person. */
  show(): void {
    if (this.frame.isMinimized()) this.frame.restore()
    this.frame.focus()
  }

  tell(event: ShellEvent): void {
    if (this.#listeners > 0) this.#changes.emit('event', event)
    else this.#waiting.push(event)
  }

  async *events(signal?: AbortSignal): AsyncGenerator<ShellEvent> {
    this.#listeners++
    try {
      const stream = on(this.#changes, 'event', signal ? { signal } : {}) as AsyncIterable<[ShellEvent]>
      yield* this.#waiting.splice(0)
      for await (const [event] of stream) yield event
    } catch (error) {
      if (!signal?.aborted) throw error
    } finally {
      this.#listeners--
    }
  }

  menus(menus: ShellMenus): void {
    this.shownMenus = menus
    this.#windows.showMenus()
  }

  window({ title, path, edited, progress }: Parameters<HostShell['window']>[0]): void {
    const window = this.frame
    if (window.isDestroyed()) return
    window.setTitle(title)
    window.setRepresentedFilename(path ?? '')
    window.setDocumentEdited(edited)
    window.setProgressBar(progress ?? -1)
    if (path !== undefined) app.addRecentDocument(path)
  }

  announce(announcement: Parameters<HostShell['announce']>[0]): void {
    this.#windows.announce(announcement)
  }

  open(address: string): Promise<void> {
    return this.#windows.open(address)
  }
}
