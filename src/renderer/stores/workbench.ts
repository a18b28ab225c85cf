import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { HostInfo } from '../../contract/host-contract.ts'
import type { JobState } from '../../contract/jobs-contract.ts'
import type { ProjectView, RecentProject } from '../../contract/projects-contract.ts'
import { client, messageOf } from '../client.ts'
import { locationOf, type Place } from './place.ts'

const isLive = ({ status }: JobState): boolean => status === 'running' || status === 'stopping'

/** Where the person is, the open project, and the searches that run. The place is the page's address, so that back and reload work. */
export const useWorkbench = defineStore('workbench', () => {
  const info = shallowRef<HostInfo>()
  const recent = shallowRef<readonly RecentProject[]>([])
  const project = shallowRef<ProjectView>()
  const jobs = shallowRef<readonly JobState[]>([])
  const place = shallowRef<Place>(locationOf(window.location.hash))
  const problem = ref('')
  const busy = ref(false)
  const watched = new Set<number>()

  const liveJob = computed(() => jobs.value.find(isLive))

  /** Runs what a person asked for; what goes wrong is shown until the next. */
  async function attempt(action: () => Promise<void>): Promise<void> {
    busy.value = true
    problem.value = ''
    try {
      await action()
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      busy.value = false
    }
  }

  async function arrive(): Promise<void> {
    place.value = locationOf(window.location.hash)
    const { project: id } = place.value
    if (id === undefined || project.value?.id === id) return
    project.value = undefined
    await attempt(async () => {
      project.value = await client.projects.view({ project: id })
    })
  }

  function go(hash: string): void {
    window.location.hash = hash
  }

  function enter(opened: ProjectView): void {
    project.value = opened
    const newest = opened.runs.at(-1)
    go(newest ? `#/project/${opened.id}/run/${newest.id}` : `#/project/${opened.id}/search`)
  }

  async function refreshProject(): Promise<void> {
    if (project.value) project.value = await client.projects.view({ project: project.value.id })
  }

  function took(state: JobState): void {
    jobs.value = [...jobs.value.filter(({ id }) => id !== state.id), state].sort((a, b) => a.id - b.id)
  }

  async function watch(id: number): Promise<void> {
    if (watched.has(id)) return
    watched.add(id)
    try {
      for await (const state of await client.jobs.watch({ job: id })) took(state)
      await refreshProject()
    } finally {
      watched.delete(id)
    }
  }

  async function load(): Promise<void> {
    window.addEventListener('hashchange', () => void arrive())
    await attempt(async () => {
      info.value = await client.host.info()
      recent.value = await client.projects.recent()
      jobs.value = await client.jobs.list()
      for (const { id } of jobs.value.filter(isLive)) void watch(id)
    })
    await arrive()
  }

  const openWith = (call: () => Promise<ProjectView>): Promise<void> =>
    attempt(async () => {
      enter(await call())
      recent.value = await client.projects.recent()
    })

  return {
    info,
    recent,
    project,
    jobs,
    liveJob,
    place,
    problem,
    busy,
    load,
    go,
    attempt,
    took,
    watch,
    openSample: () => openWith(() => client.projects.openSample()),
    open: (path: string) => openWith(() => client.projects.open({ path })),
    create: (name: string) => openWith(() => client.projects.create({ name })),
    forget: (id: string) =>
      attempt(async () => {
        recent.value = await client.projects.forget({ project: id })
      }),
    stop: (job: number) =>
      attempt(async () => {
        took(await client.jobs.stop({ job }))
      })
  }
})
