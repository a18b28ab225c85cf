import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { HostInfo } from '../../contract/host-contract.ts'
import { endWords, hasEnded, isActive } from '../../contract/job-status.ts'
import type { JobState } from '../../contract/jobs-contract.ts'
import type { ProjectView, RecentProject } from '../../contract/projects-contract.ts'
import type { ProblemCode } from '../../core/problem.ts'
import { changedSelection, type Selection, type SelectionChange } from '../../core/report/selection.ts'
import { client, messageOf, onReturn, refusalOf } from '../client.ts'
import { tellOutside } from './job-notices.ts'
import { addressOf, placeIn, placeOf, type Place, type ViewName } from './place.ts'
import { useSettings } from './settings.ts'

/** Something that a person is told in passing, with what they may do about it. */
export interface Notice {
  readonly id: number
  readonly text: string
  readonly action?: { readonly title: string; readonly run: () => unknown }
  /** Where its action leads: whoever is there needs it no more. */
  readonly leadsTo?: string
}

/** A project that could not be opened, and why. */
export interface ProjectTrouble {
  readonly code: ProblemCode
  readonly message: string
  readonly path: string
}

/** Where the person is, the open project, and the searches that run. The place is the page's address, so that back and reload work. */
export const useWorkbench = defineStore('workbench', () => {
  const settings = useSettings()
  const info = shallowRef<HostInfo>()
  const recent = shallowRef<readonly RecentProject[]>([])
  const project = shallowRef<ProjectView>()
  const jobs = shallowRef<readonly JobState[]>([])
  const place = shallowRef<Place>(placeOf(window.location.hash))
  /** What the pointer or the keyboard is over, in whichever view; not part of the address. */
  const hover = shallowRef<Selection>({})
  const problem = ref('')
  const busy = ref(false)
  const notices = shallowRef<readonly Notice[]>([])
  const trouble = shallowRef<ProjectTrouble>()
  const watched = new Set<number>()
  let noticeCount = 0

  const liveJob = computed(() => jobs.value.find(isActive))
  const selection = computed(() => place.value.selection)

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

  /** Opens a project; a refusal that there are ways on from is kept as such. */
  async function opening(path: string | undefined, call: () => Promise<ProjectView>): Promise<ProjectView> {
    trouble.value = undefined
    try {
      return await call()
    } catch (error) {
      const code = refusalOf(error)
      if (path !== undefined && code !== undefined) trouble.value = { code, message: messageOf(error), path }
      throw error
    }
  }

  async function arrive(): Promise<void> {
    place.value = placeOf(window.location.hash)
    hover.value = {}
    // Whoever goes elsewhere has left what could not be opened behind.
    trouble.value = undefined
    const { hash } = window.location
    const isHere = (address: string): boolean => hash === address || /^[/?]/.test(hash.replace(address, ''))
    notices.value = notices.value.filter(({ leadsTo }) => !leadsTo || !isHere(leadsTo))
    const { project: id } = place.value
    if (id === undefined || project.value?.id === id) return
    project.value = undefined
    await attempt(async () => {
      const path = recent.value.find((one) => one.id === id)?.path
      project.value = await opening(path, () => client.projects.view({ project: id }))
    })
  }

  /** Goes to an address, or to a place. */
  function go(to: string | Place): void {
    window.location.hash = typeof to === 'string' ? to.replace(/^tmac:\//, '#') : addressOf(to)
  }

  /** Goes to a view of the open project. */
  function show(view: ViewName, item?: number, tab?: string): void {
    if (project.value) go(placeIn(project.value.id, view, item, tab))
  }

  /** Selects also these; an undefined member is selected no longer. Steps back by the browser's own history. */
  function select(change: SelectionChange): void {
    go({ ...place.value, selection: changedSelection(place.value.selection, change) })
  }

  function enter(opened: ProjectView): void {
    project.value = opened
    const newest = opened.runs.at(-1)
    show(newest ? 'run' : 'search', newest?.id)
  }

  async function refreshProject(): Promise<void> {
    if (project.value) project.value = await client.projects.view({ project: project.value.id })
  }

  function took(state: JobState): void {
    jobs.value = [...jobs.value.filter(({ id }) => id !== state.id), state].sort((a, b) => a.id - b.id)
  }

  /** Tells the answer of a search that has ended, wherever the person looks. */
  function tellEnd(id: number): void {
    const job = jobs.value.find((one) => one.id === id)
    const words = job && endWords(job)
    if (!words) return
    const address = addressOf(placeIn(job.project, 'run', job.run))
    // Whoever watches the search reads the same above it.
    const isWatched = place.value.view === 'search' && place.value.project === job.project
    if (!isWatched)
      notify(`${words.title}. ${words.text}`, { title: 'See the results', run: () => go(address) }, address)
    tellOutside(words, address)
  }

  async function watch(id: number): Promise<void> {
    if (watched.has(id)) return
    watched.add(id)
    try {
      for await (const state of await client.jobs.watch({ job: id })) took(state)
      tellEnd(id)
      await refreshProject()
    } finally {
      watched.delete(id)
    }
  }

  const dismiss = (id: number): void => {
    notices.value = notices.value.filter((one) => one.id !== id)
  }
  /** Tells something in passing; it goes by itself, later where there is something to do about it. */
  function notify(text: string, action?: Notice['action'], leadsTo?: string): void {
    const id = ++noticeCount
    const others = notices.value.filter((one) => one.text !== text)
    notices.value = [...others.slice(-3), { id, text, ...(action && { action }), ...(leadsTo && { leadsTo }) }]
    window.setTimeout(() => dismiss(id), action ? 20_000 : 6000)
  }

  async function refreshJobs(): Promise<void> {
    jobs.value = await client.jobs.list()
    for (const { id } of jobs.value.filter((job) => !hasEnded(job))) void watch(id)
  }

  async function load(): Promise<void> {
    window.addEventListener('hashchange', () => void arrive())
    onReturn(() => void attempt(() => Promise.all([refreshProject(), refreshJobs()]).then(() => undefined)))
    await attempt(async () => {
      await settings.load()
      info.value = await client.host.info()
      recent.value = await client.projects.recent()
      await refreshJobs()
    })
    await arrive()
  }

  const act = (call: () => Promise<JobState>): Promise<void> =>
    attempt(async () => {
      took(await call())
    })

  const openWith = (call: () => Promise<ProjectView>, path?: string): Promise<void> =>
    attempt(async () => {
      enter(await opening(path, call))
      recent.value = await client.projects.recent()
    })

  return {
    info,
    recent,
    project,
    jobs,
    liveJob,
    place,
    selection,
    hover,
    problem,
    busy,
    notices,
    trouble,
    load,
    go,
    show,
    select,
    attempt,
    notify,
    dismiss,
    took,
    watch,
    refreshProject,
    openSample: () => openWith(() => client.projects.openSample()),
    open: (path: string) => openWith(() => client.projects.open({ path }), path),
    openWith,
    create: (name: string) => openWith(() => client.projects.create({ name })),
    forget: (id: string) =>
      attempt(async () => {
        recent.value = await client.projects.forget({ project: id })
      }),
    pause: (job: number) => act(() => client.jobs.pause({ job })),
    resume: (job: number) => act(() => client.jobs.resume({ job })),
    stop: (job: number) => act(() => client.jobs.stop({ job }))
  }
})
