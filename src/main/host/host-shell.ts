import type { Announcement, ShellEvent, ShellMenus, WindowState } from '../../contract/shell-contract.ts'

/** What a host puts around the page. */
export interface HostShell {
  events(signal?: AbortSignal): AsyncGenerator<ShellEvent>
  menus(menus: ShellMenus): void
  window(state: WindowState): void
  announce(announcement: Announcement): void
  /** Shows an address of the page in another window. */
  open(address: string): Promise<void>
}

/** A browser's tab is its own shell: the page has menus, title and notifications itself. */
export const noShell: HostShell = {
  async *events() {},
  menus: () => undefined,
  window: () => undefined,
  announce: () => undefined,
  open: async () => undefined
}
