import type { Ref } from 'vue'
import { byteUnits } from '../../core/report/format-quantity.ts'
import { isField, useCommands, type Command } from '../stores/commands.ts'
import { askForMenu } from '../stores/context-menu.ts'
import { shownBlock } from '../stores/report-sources.ts'
import { useSendToReport } from '../stores/send-to-report.ts'
import { shownFigures, turnFigures } from '../stores/shown-figures.ts'
import { useSettings } from '../stores/settings.ts'
import { themes } from '../stores/theme.ts'
import { useWorkbench } from '../stores/workbench.ts'
import { histories } from './edit-history.ts'
import { projectEntries, viewComponents } from './views.ts'

export type Dialog = 'commands' | 'places' | 'keys' | undefined

/** What can be done wherever a person is. @param dialog the one that is open */
export function useGeneralCommands(dialog: Ref<Dialog>): void {
  const [workbench, settings] = [useWorkbench(), useSettings()]
  const send = useSendToReport()
  const history = histories.newest
  const inProject = (): boolean => workbench.project !== undefined
  const views = projectEntries.filter(({ view }) => viewComponents[view])

  const commands: Command[] = [
    {
      id: 'file.start',
      menu: 'File',
      title: 'Start page: new, open, recent …',
      keys: 'Ctrl+O',
      run: () => workbench.go('#/')
    },
    { id: 'file.sample', menu: 'File', title: 'Open the sample', run: () => workbench.openSample() },
    {
      id: 'edit.undo',
      menu: 'Edit',
      title: 'Undo',
      keys: 'Ctrl+Z',
      enabled: () => (history.value?.done.length ?? 0) > 0,
      run: () => history.value?.undo(1)
    },
    {
      id: 'edit.redo',
      menu: 'Edit',
      title: 'Redo',
      keys: 'Ctrl+Shift+Z',
      alsoKeys: ['Ctrl+Y'],
      enabled: () => (history.value?.undone.length ?? 0) > 0,
      run: () => history.value?.redo(1)
    },
    {
      id: 'view.sidebar',
      menu: 'View',
      title: 'Show or hide the project tree',
      keys: 'Ctrl+B',
      run: () => settings.change({ sidebar: !settings.value.sidebar })
    },
    {
      id: 'view.panel',
      menu: 'View',
      title: 'Show or hide problems, searches and history',
      keys: 'Ctrl+J',
      run: () => settings.change({ panel: !settings.value.panel })
    },
    {
      id: 'view.inspector',
      menu: 'View',
      title: 'Show or hide the inspector',
      keys: 'Ctrl+Alt+I',
      run: () => settings.change({ inspector: !settings.value.inspector })
    },
    {
      id: 'view.nextPane',
      menu: 'View',
      title: 'Next pane',
      keys: 'F6',
      run: nextPane
    },
    {
      id: 'view.menu',
      menu: 'View',
      title: 'Menu of what has the keyboard',
      keys: 'Shift+F10',
      alsoKeys: ['ContextMenu'],
      enabled: () => !isField(document.activeElement),
      run: askForMenu
    },
    {
      id: 'view.table',
      menu: 'View',
      title: 'Charts as tables, or back',
      keys: 'T',
      enabled: () => shownFigures.all.value.length > 0,
      run: turnFigures
    },
    ...themes.map((one): Command => ({
      id: `view.theme.${one}`,
      menu: 'View',
      title: `Theme: ${one === 'system' ? 'as the system' : one.replace('-', ' ')}`,
      enabled: () => settings.value.theme !== one,
      run: () => settings.change({ theme: one })
    })),
    ...byteUnits.map((one): Command => ({
      id: `view.bytes.${one}`,
      menu: 'View',
      title: `Bytes in ${one}`,
      enabled: () => settings.value.bytes !== one,
      run: () => settings.change({ bytes: one })
    })),
    {
      id: 'go.commands',
      menu: 'Go',
      title: 'Command palette',
      keys: 'Ctrl+Shift+P',
      alsoKeys: ['F1'],
      run: () => (dialog.value = 'commands')
    },
    { id: 'go.places', menu: 'Go', title: 'Go to …', keys: 'Ctrl+P', run: () => (dialog.value = 'places') },
    { id: 'go.back', menu: 'Go', title: 'Back', keys: 'Alt+ArrowLeft', run: () => window.history.back() },
    { id: 'go.forward', menu: 'Go', title: 'Forward', keys: 'Alt+ArrowRight', run: () => window.history.forward() },
    ...views.map(({ view, title }, at): Command => ({
      id: `go.${view}`,
      menu: 'Go',
      title,
      keys: `Ctrl+${at + 1}`,
      enabled: inProject,
      run: () => workbench.show(view, view === 'run' ? workbench.project?.runs.at(-1)?.id : undefined)
    })),
    {
      id: 'tools.settings',
      menu: 'Tools',
      title: 'Settings',
      keys: 'Ctrl+,',
      run: () => workbench.go('#/settings')
    },
    {
      id: 'tools.report',
      menu: 'Tools',
      title: 'Send what is shown to a report',
      keys: 'Ctrl+Shift+R',
      about: ['die', 'link', 'point', 'row', 'slice'],
      enabled: inProject,
      run: () => {
        const block = shownBlock()
        return block
          ? send(block)
          : workbench.notify('Nothing of this view goes into a report: results and comparisons do.')
      }
    },
    { id: 'help.keys', menu: 'Help', title: 'Keys that act here', keys: '?', run: () => (dialog.value = 'keys') }
  ]
  useCommands(commands)

  function nextPane(): void {
    const panes = [...document.querySelectorAll<HTMLElement>('.activity, .tree, main, .inspector, .panel')]
    const at = panes.findIndex((pane) => pane.contains(document.activeElement))
    const next = panes[(at + 1) % panes.length]
    const first = next?.matches('main') ? next : next?.querySelector<HTMLElement>('a[href], button, [tabindex="0"]')
    ;(first ?? next)?.focus()
  }
}
