import type { Ref } from 'vue'
import { byteUnits } from '../../core/format/format-quantity.ts'
import { isField, useCommands, type CommandAction } from '../stores/commands.ts'
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

  const commands: CommandAction[] = [
    {
      id: 'file.start',
      run: () => workbench.go('#/')
    },
    { id: 'file.sample', run: () => workbench.openSample() },
    {
      id: 'edit.undo',
      enabled: () => (history.value?.done.length ?? 0) > 0,
      run: () => history.value?.undo(1)
    },
    {
      id: 'edit.redo',
      enabled: () => (history.value?.undone.length ?? 0) > 0,
      run: () => history.value?.redo(1)
    },
    {
      id: 'view.sidebar',
      run: () => settings.change({ sidebar: !settings.value.sidebar })
    },
    {
      id: 'view.panel',
      run: () => settings.change({ panel: !settings.value.panel })
    },
    {
      id: 'view.inspector',
      run: () => settings.change({ inspector: !settings.value.inspector })
    },
    {
      id: 'view.nextPane',
      run: nextPane
    },
    {
      id: 'view.menu',
      enabled: () => !isField(document.activeElement),
      run: askForMenu
    },
    {
      id: 'view.table',
      enabled: () => shownFigures.all.value.length > 0,
      run: turnFigures
    },
    ...themes.map((one): CommandAction => ({
      id: `view.theme.${one}`,
      enabled: () => settings.value.theme !== one,
      run: () => settings.change({ theme: one })
    })),
    ...byteUnits.map((one): CommandAction => ({
      id: `view.bytes.${one}`,
      enabled: () => settings.value.bytes !== one,
      run: () => settings.change({ bytes: one })
    })),
    {
      id: 'go.commands',
      run: () => (dialog.value = 'commands')
    },
    { id: 'go.places', run: () => (dialog.value = 'places') },
    { id: 'go.back', run: () => window.history.back() },
    { id: 'go.forward', run: () => window.history.forward() },
    ...views.map(({ view }): CommandAction => ({
      id: `go.${view}`,
      enabled: inProject,
      run: () => workbench.show(view, view === 'run' ? workbench.project?.runs.at(-1)?.id : undefined)
    })),
    {
      id: 'tools.settings',
      run: () => workbench.go('#/settings')
    },
    {
      id: 'tools.report',
      about: ['die', 'link', 'point', 'row', 'slice'],
      enabled: inProject,
      run: () => {
        const block = shownBlock()
        return block
          ? send(block)
          : workbench.notify('Nothing of this view goes into a report: results and comparisons do.')
      }
    },
    { id: 'help.keys', run: () => (dialog.value = 'keys') }
  ]
  useCommands(commands)

  function nextPane(): void {
    const panes = [...document.querySelectorAll<HTMLElement>('.activity, .tree, main, .tray, .inspector, .panel')]
    const at = panes.findIndex((pane) => pane.contains(document.activeElement))
    const next = panes[(at + 1) % panes.length]
    const first = next?.matches('main') ? next : next?.querySelector<HTMLElement>('a[href], button, [tabindex="0"]')
    ;(first ?? next)?.focus()
  }
}
