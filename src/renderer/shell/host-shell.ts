import { computed, onMounted, onUnmounted, watch } from 'vue'
import { client, onReturn } from '../client.ts'
import { menus } from '../stores/command-table.ts'
import { useCommandStore } from '../stores/commands.ts'
import { useDocuments } from '../stores/documents.ts'
import { useWorkbench } from '../stores/workbench.ts'

/** Menus are told at most this often: many commands come and go with one view. */
const CALM_ms = 120

/** Keeps the window around the page in step with it, and does what the window asks. In a browser nothing of it shows. */
export function useHostShell(): void {
  const [workbench, commands, documents] = [useWorkbench(), useCommandStore(), useDocuments()]
  let timer = 0
  let leaving = new AbortController()

  const shown = computed(() =>
    menus
      .map((title) => ({
        title,
        entries: commands.inMenu(title).map((command) => ({
          id: command.id,
          title: command.title,
          keys: commands.keysOf(command),
          enabled: commands.isEnabled(command)
        }))
      }))
      .filter(({ entries }) => entries.length > 0)
  )
  const state = computed(() => {
    const { project, liveJob } = workbench
    return {
      title: project ? `${project.name} — TMAC Workbench` : 'TMAC Workbench',
      ...(project && { path: project.path }),
      edited: [...documents.open.values()].some(({ session }) => session?.saved === false),
      ...(liveJob && { progress: liveJob.share })
    }
  })

  async function listen(signal: AbortSignal): Promise<void> {
    for await (const event of await client.shell.events(undefined, { signal })) {
      if (event.type === 'command') commands.run(event.id)
      else if (event.type === 'open') await workbench.open(event.path)
      else workbench.go(event.address)
    }
  }
  /** A stream ends with its connection; the next connection starts another. */
  function start(): void {
    leaving.abort()
    leaving = new AbortController()
    void listen(leaving.signal).catch(() => undefined)
    void client.shell.menus(shown.value).catch(() => undefined)
  }

  watch(state, (now, before) => {
    document.title = now.title
    if (JSON.stringify(now) !== JSON.stringify(before)) void client.shell.window(now).catch(() => undefined)
  })
  watch(shown, () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void client.shell.menus(shown.value).catch(() => undefined), CALM_ms)
  })
  onMounted(start)
  onReturn(start)
  onUnmounted(() => leaving.abort())
}
