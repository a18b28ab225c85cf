import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { InterruptedRun } from '../../contract/jobs-contract.ts'
import { client, onReturn } from '../client.ts'
import { useWorkbench } from './workbench.ts'

/** Runs that ended with their host or by a pause, and can go on. */
export const useInterruptedRuns = defineStore('interrupted-runs', () => {
  const workbench = useWorkbench()
  const list = shallowRef<readonly InterruptedRun[]>([])

  const refresh = (): Promise<void> =>
    workbench.attempt(async () => {
      list.value = await client.jobs.interrupted()
    })
  onReturn(() => void refresh())

  return {
    list,
    refresh,
    /** Goes on with these, or with any other run that has something left to do. */
    resume: ({ project, run }: Pick<InterruptedRun, 'project' | 'run'>) =>
      workbench.attempt(async () => {
        const state = await client.jobs.resumeRun({ project, run })
        workbench.took(state)
        void workbench.watch(state.id)
        list.value = list.value.filter((one) => one.project !== project || one.run !== run)
        workbench.go(`#/project/${project}/search`)
      }),
    dismiss: ({ project, run }: InterruptedRun) =>
      workbench.attempt(async () => {
        await client.jobs.dismissRun({ project, run })
        list.value = await client.jobs.interrupted()
      })
  }
})
