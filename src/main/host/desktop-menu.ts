import type { MenuItemConstructorOptions } from 'electron'
import type { ShellMenus } from '../../contract/shell-contract.ts'

/** A chord of the page in Electron's words. */
const accelerator = (keys: string): string =>
  keys.replace('Ctrl', 'CommandOrControl').replace(/Arrow(Left|Right|Up|Down)/, '$1')

/** What the system does itself in fields of text, and expects in these menus. */
const systemItems: Readonly<Record<string, readonly MenuItemConstructorOptions[]>> = {
  Edit: [{ type: 'separator' }, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  View: [
    { type: 'separator' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'resetZoom' },
    { role: 'togglefullscreen' }
  ],
  File: [{ type: 'separator' }, { role: 'quit' }]
}

/**
 * Native menus of the page's commands. The page acts on the keys itself, so that they can be remapped; menus only show them.
 * @param choose is told the command that was chosen
 */
export const menuTemplate = (
  menus: ShellMenus,
  platform: NodeJS.Platform,
  choose: (id: string) => void
): MenuItemConstructorOptions[] => [
  ...(platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
  ...menus.map(({ title, entries }): MenuItemConstructorOptions => ({
    label: title,
    submenu: [
      ...entries.map((entry): MenuItemConstructorOptions => ({
        label: entry.title.replaceAll('&', '&&'),
        enabled: entry.enabled,
        ...(entry.keys && { accelerator: accelerator(entry.keys), registerAccelerator: false }),
        click: () => choose(entry.id)
      })),
      ...(systemItems[title] ?? [])
    ]
  }))
]
