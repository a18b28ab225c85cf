import { client } from '../client.ts'
import { useWorkbench } from './workbench.ts'

/** Puts runs of the open project into its trash and takes them out. */
export function useRunTrash() {
  const workbench = useWorkbench()
  const restore = (run: number): Promise<void> =>
    workbench.attempt(async () => {
      await client.runs.restore({ project: workbench.project!.id, run })
      await workbench.refreshProject()
    })
  return {
    restore,
    trash: (run: number): Promise<void> =>
      workbench.attempt(async () => {
        await client.runs.trash({ project: workbench.project!.id, run })
        if (workbench.place.view === 'run' && workbench.place.item === run) workbench.show('overview')
        await workbench.refreshProject()
        workbench.notify(`Run ${run} is in the trash. Reports keep what they showed of it.`, {
          title: 'Take it out again',
          run: () => restore(run)
        })
      })
  }
}
