import { app, Menu, Notification, type BrowserWindow } from 'electron'
import { EventEmitter, on } from 'node:events'
import { isAbsolute, resolve } from 'node:path'
import type { ShellEvent } from '../../contract/shell-contract.ts'
import { menuTemplate } from './desktop-menu.ts'
import type { HostShell } from './host-shell.ts'

/** The window's side of the page: native menus, title, progress in the taskbar, notifications, files and links from outside. */
export class DesktopShell implements HostShell {
  readonly #changes = new EventEmitter()
  /** What came before the page listened, as the file that the program was started with. */
  #waiting: ShellEvent[] = []
  #listeners = 0
  #window: BrowserWindow | undefined
  /** The system drops a notification, and with it what choosing it does, when nobody holds it. */
  readonly #shown = new Set<Notification>()

  attach(window: BrowserWindow): void {
    this.#window = window
  }

  /** Brings the window before the person. */
  show(): void {
    if (this.#window?.isMinimized()) this.#window.restore()
    this.#window?.focus()
  }

  tell(event: ShellEvent): void {
    if (this.#listeners > 0) this.#changes.emit('event', event)
    else this.#waiting.push(event)
  }

  /** Takes what a command line names: projects, and links into them. Relative paths start at a folder. */
  take(words: readonly string[], folder: string): void {
    for (const word of words) {
      if (word.startsWith('tmac://')) this.tell({ type: 'link', address: word })
      else if (word.endsWith('.tmac'))
        this.tell({ type: 'open', path: isAbsolute(word) ? word : resolve(folder, word) })
    }
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

  menus(menus: Parameters<HostShell['menus']>[0]): void {
    const choose = (id: string): void => this.tell({ type: 'command', id })
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(menus, process.platform, choose)))
  }

  window({ title, path, edited, progress }: Parameters<HostShell['window']>[0]): void {
    const window = this.#window
    if (!window || window.isDestroyed()) return
    window.setTitle(title)
    window.setRepresentedFilename(path ?? '')
    window.setDocumentEdited(edited)
    window.setProgressBar(progress ?? -1)
    if (path !== undefined) app.addRecentDocument(path)
  }

  announce({ title, body, address }: Parameters<HostShell['announce']>[0]): void {
    // Who looks at the window sees it there.
    if (!Notification.isSupported() || this.#window?.isFocused()) return
    const notification = new Notification({ title, body })
    this.#shown.add(notification)
    const forget = (): void => void this.#shown.delete(notification)
    notification.on('close', forget)
    notification.on('click', () => {
      forget()
      this.show()
      this.tell({ type: 'link', address })
    })
    notification.show()
  }
}
