import { computed } from 'vue'
import { useCommandStore } from '../stores/commands.ts'
import { useDocuments } from '../stores/documents.ts'
import { addressOf, placeIn } from '../stores/place.ts'
import { kindWords } from '../views/overview/kind-words.ts'
import { useWorkbench } from '../stores/workbench.ts'
import type { PaletteEntry } from './CommandPalette.vue'
import { projectEntries, viewComponents } from './views.ts'

/** What the palette offers: every command there is now, and every place there is to go. */
export function usePaletteEntries() {
  const [workbench, store, documents] = [useWorkbench(), useCommandStore(), useDocuments()]

  const commands = computed(() =>
    store.all.map((command): PaletteEntry => ({
      id: command.id,
      title: command.title,
      kind: command.menu,
      keys: store.shownKeys(command.id),
      disabled: !store.isEnabled(command),
      run: command.run
    }))
  )
  const places = computed((): PaletteEntry[] => {
    const project = workbench.project
    const inProject = project
      ? [
          ...projectEntries
            .filter(({ view }) => viewComponents[view] && view !== 'run')
            .map(({ view, title }) => ({ title, kind: 'view', href: addressOf(placeIn(project.id, view)) })),
          ...documents.list
            .filter(({ trashedAt }) => trashedAt === undefined)
            .map(({ id, kind, name }) => ({
              title: name,
              kind: kindWords[kind].toLowerCase(),
              href: addressOf(placeIn(project.id, kind, id))
            })),
          ...project.runs.toReversed().map((run) => ({
            title: `Run ${run.id}: ${run.studyCase ?? `${run.model} on ${run.chip}`}`,
            kind: 'run',
            href: addressOf(placeIn(project.id, 'run', run.id))
          }))
        ]
      : []
    return [
      ...inProject.map(({ title, kind, href }) => ({ id: href, title, kind, run: () => workbench.go(href) })),
      ...workbench.recent
        .filter(({ exists, id }) => exists && id !== project?.id)
        .map(({ id, name, path }) => ({ id, title: name, kind: 'project', run: () => workbench.open(path) })),
      { id: 'start', title: 'Start', kind: 'view', run: () => workbench.go('#/') },
      { id: 'settings', title: 'Settings', kind: 'view', run: () => workbench.go('#/settings') }
    ]
  })
  return { commands, places }
}
