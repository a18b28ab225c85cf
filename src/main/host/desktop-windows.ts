import { Menu, Notification, type BrowserWindow, type WebContents } from 'electron'
import { isAbsolute, resolve } from 'node:path'
import type { Announcement, ShellEvent } from '../../contract/shell-contract.ts'
import { menuTemplate } from './desktop-menu.ts'
import { DesktopShell } from './desktop-shell.ts'

interface Member {
  /** 1 for the first: a window that is opened again takes the lowest that is free, and with it the place that was kept. */
  readonly number: number
  readonly shell: DesktopShell
  readonly contents: WebContents
}

/**
 * The windows of the program, one page each on the same services. The one in front has the native menus, and is told what comes from
 * outside: files, links, commands chosen in menus.
 */
export class DesktopWindows {
  readonly #page: string
  readonly #create: (number: number) => BrowserWindow
  /** The one in front last. */
  #members: readonly Member[] = []
  /** What came before there was a window. */
  #waiting: ShellEvent[] = []
  /** By what they say. The system drops a notification, and with it what choosing it does, when nobody holds it. */
  readonly #shown = new Map<string, Notification>()

  /** @param page address of the page that every window shows @param create makes the window of a number */
  constructor(page: string, create: (number: number) => BrowserWindow) {
    this.#page = page
    this.#create = create
  }

  /** Opens a window. @param address where its page goes, as `#/project/ID/run/7` */
  async open(address = ''): Promise<void> {
    const taken = new Set(this.#members.map(({ number }) => number))
    let number = 1
    while (taken.has(number)) number++
    const window = this.#create(number)
    const member = { number, shell: new DesktopShell(window, this), contents: window.webContents }
    this.#members = [...this.#members, member]
    for (const event of this.#waiting.splice(0)) member.shell.tell(event)
    window.on('focus', () => {
      this.#members = [...this.#members.filter((one) => one !== member), member]
      this.showMenus()
    })
    window.on('closed', () => {
      this.#members = this.#members.filter((one) => one !== member)
      this.showMenus()
    })
    await window.loadURL(`${this.#page}${address}`)
  }

  /** The window that a page is in; undefined for a page of none of them. */
  shellOf(contents: WebContents): DesktopShell | undefined {
    return this.#members.find((one) => one.contents === contents)?.shell
  }

  /** Brings the window that was used last before the person. */
  show(): void {
    this.#front?.show()
  }

  /** Takes what a command line names: projects, and links into them. Relative paths start at a folder. */
  take(words: readonly string[], folder: string): void {
    for (const word of words) {
      if (word.startsWith('tmac://')) this.#tell({ type: 'link', address: word })
      else if (word.endsWith('.tmac'))
        this.#tell({ type: 'open', path: isAbsolute(word) ? word : resolve(folder, word) })
    }
  }

  /** The native menus are those of the page in front. */
  showMenus(): void {
    const front = this.#front
    if (!front || front.shownMenus.length === 0) return
    const choose = (id: string): void => front.tell({ type: 'command', id })
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(front.shownMenus, process.platform, choose)))
  }

  /** Notifies of something once, however many pages tell it; who looks at a window sees it there. */
  announce({ title, body, address }: Announcement): void {
    if (!Notification.isSupported() || this.#members.some(({ shell }) => shell.frame.isFocused())) return
    const words = [title, body, address].join('\n')
    if (this.#shown.has(words)) return
    const notification = new Notification({ title, body })
    this.#shown.set(words, notification)
    const forget = (): void => void this.#shown.delete(words)
    notification.on('close', forget)
    notification.on('click', () => {
      forget()
      this.show()
      this.#tell({ type: 'link', address })
    })
    notification.show()
  }

  get #front(): DesktopShell | undefined {
    return this.#members.at(-1)?.shell
  }

  #tell(event: ShellEvent): void {
    if (this.#front) this.#front.tell(event)
    else this.#waiting.push(event)
  }
}
