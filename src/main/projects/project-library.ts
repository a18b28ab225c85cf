import { accessSync, constants, copyFileSync, existsSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { ProjectView, RecentProject } from '../../contract/projects-contract.ts'
import type { RunSummary, RunView, TrashedRun } from '../../contract/runs-contract.ts'
import { chipVerdicts } from '../../core/chip/verdicts.ts'
import { Problem } from '../../core/problem.ts'
import type { RunRecord } from '../../core/report/run-record.ts'
import { openProject, writerOf } from './open-project.ts'
import { newProjectPath } from './project-paths.ts'
import { isUnfinished, type ProjectStore } from './project-store.ts'
import { projectId, projectName, RecentProjects } from './recent-projects.ts'
import { hasLiveWriter } from './writer-lock.ts'
import { trainedWords } from '../../core/report/trained-words.ts'

export interface LibraryOptions {
  /** Where the program keeps what is its own. */
  readonly dataFolder: string
  /** Where new projects are put. */
  readonly projectFolder: string
  /** The sample that comes with the program; a person gets a copy. */
  readonly sample: string
}

/** A project that is not written any more is given free for other programs after this long. */
const FREE_AFTER_ms = 3000

/** Who writes a project in this process. */
interface Writing {
  readonly store: ProjectStore
  writers: number
  freeing: NodeJS.Timeout | undefined
}

/**
 * The projects a person works with. Each has one store at a time: a reading one, or the writing one that edits and searches share. The
 * writing one is given up shortly after the last of them, so that a project is locked for other programs no longer than it is written.
 */
export class ProjectLibrary {
  readonly #options: LibraryOptions
  readonly #recent: RecentProjects
  readonly #stores = new Map<string, ProjectStore>()
  readonly #writing = new Map<string, Writing>()
  /** Opened as far as they can be read: nothing is written into these. */
  readonly #lenient = new Set<string>()
  readonly #readThrough = new Set<string>()

  constructor(options: LibraryOptions) {
    this.#options = options
    this.#recent = new RecentProjects(join(options.dataFolder, 'recent.json'))
  }

  recent(): RecentProject[] {
    return this.#recent.list()
  }

  forget(id: string): RecentProject[] {
    this.#recent.remove(id)
    return this.recent()
  }

  pin(id: string, pinned: boolean): RecentProject[] {
    this.#recent.pin(id, pinned)
    return this.recent()
  }

  /** @throws Problem of the file */
  open(path: string, asFarAsPossible = false): ProjectView {
    if (!isAbsolute(path))
      throw new Problem('bad-input', `'${path}' is a relative path; give the whole path, from the root on`, 'path')
    openProject(path, { readOnly: true, asFarAsPossible }).close()
    const real = realpathSync(resolve(path))
    const id = projectId(real)
    if (this.#lenient.has(id) !== asFarAsPossible) this.#close(id)
    if (asFarAsPossible) this.#lenient.add(id)
    else this.#lenient.delete(id)
    this.#recent.add(real)
    return this.view(id)
  }

  /** A recent project that lies elsewhere now. @throws Problem of the file there */
  locate(id: string, path: string): ProjectView {
    const view = this.open(path)
    this.#recent.move(id, view.path)
    return view
  }

  /** Opens the copy of the sample that the person has, or gives them one. */
  openSample(): ProjectView {
    const path = join(this.#options.projectFolder, 'Sample - Llama 3 70B on 54 dies.tmac')
    if (!existsSync(path)) {
      mkdirSync(this.#options.projectFolder, { recursive: true })
      copyFileSync(this.#options.sample, path)
    }
    return this.open(path)
  }

  /** @throws Problem when the name cannot name a file or is taken */
  create(name: string): ProjectView {
    const path = newProjectPath({ name }, this.#options.projectFolder)
    openProject(path, { create: true }).close()
    return this.open(path)
  }

  view(id: string): ProjectView {
    const store = this.store(id)
    const runs = this.#readable(id, () => {
      const cases = store.studies.keysByRun()
      return store.runs().map((run) => runSummary(store, run, cases.get(run.id)))
    })
    const trashedRuns = this.#readable(id, () => store.trashedRuns().map(trashedRun))
    this.#recent.count(id, runs.length)
    const readOnly = this.#readOnly(id, store.path)
    return { id, name: projectName(store.path), path: store.path, runs, trashedRuns, readOnly }
  }

  runView(id: string, runId: number): RunView {
    const store = this.store(id)
    const run = store.run(runId)
    const best = store.bestPoint(runId)
    const chip = best?.chip ?? run.inputs.chip
    return {
      run,
      best,
      compared: store.pointsOnOwnChip(runId),
      ranked: store.rankedPoints(runId),
      verdicts: chip.kind === 'wafer' ? chipVerdicts(chip) : []
    }
  }

  /** @throws Problem `unknown-name` for a project that was never opened, or of its file */
  store(id: string): ProjectStore {
    const open = this.#stores.get(id)
    if (open && existsSync(open.path)) return open
    if (open) this.#close(id)
    const store = openProject(this.#path(id), {
      readOnly: true,
      asFarAsPossible: this.#lenient.has(id),
      readThrough: this.#readThrough.has(id)
    })
    this.#readThrough.add(id)
    this.#stores.set(id, store)
    return store
  }

  /**
   * The project's store for writing, shared by all who write it in this process, until each has called `endWriting`.
   * @throws Problem `locked-project` when another process writes it, `read-only`, or another of its file
   */
  startWriting(id: string): ProjectStore {
    const writing = this.#writing.get(id) ?? this.#openForWriting(id)
    clearTimeout(writing.freeing)
    writing.writers++
    return writing.store
  }

  endWriting(id: string): void {
    const writing = this.#writing.get(id)
    if (!writing || --writing.writers > 0) return
    writing.freeing = setTimeout(() => this.#close(id), FREE_AFTER_ms)
    writing.freeing.unref()
  }

  /** Makes a change of the project. @throws Problem, as `startWriting` and the change do */
  write<Result>(id: string, change: (store: ProjectStore) => Result): Result {
    const store = this.startWriting(id)
    try {
      return change(store)
    } finally {
      this.endWriting(id)
    }
  }

  close(): void {
    for (const id of this.#stores.keys()) this.#close(id)
  }

  #openForWriting(id: string): Writing {
    const path = this.#path(id)
    if (this.#lenient.has(id))
      throw new Problem('read-only', `'${projectName(path)}' was opened for reading only. Save a copy to change it`)
    this.#close(id)
    const readThrough = this.#readThrough.has(id)
    const writing: Writing = { store: openProject(path, { readThrough }), writers: 0, freeing: undefined }
    this.#stores.set(id, writing.store)
    this.#writing.set(id, writing)
    return writing
  }

  /** Of a damaged project that is read all the same, those that can be. */
  #readable<One>(id: string, all: () => readonly One[]): readonly One[] {
    if (!this.#lenient.has(id)) return all()
    try {
      return all()
    } catch (error) {
      if (error instanceof Problem) return []
      throw error
    }
  }

  /** Why a project cannot be changed now. */
  #readOnly(id: string, path: string): string | undefined {
    if (this.#lenient.has(id))
      return 'It was opened for reading only, as far as it can be read. Save a copy to change it.'
    if (this.#writing.has(id)) return undefined
    try {
      accessSync(path, constants.W_OK)
      accessSync(dirname(path), constants.W_OK)
    } catch {
      return 'The file or its folder is read-only. Save a copy elsewhere to change it.'
    }
    if (!hasLiveWriter(path)) return undefined
    const writer = writerOf(path) ?? 'Another program'
    return `${writer} is writing it. It shows what is saved, and can be changed when that has ended.`
  }

  #path(id: string): string {
    const path = this.#recent.pathOf(id)
    if (path === undefined)
      throw new Problem('unknown-name', 'this project is not in the list of recent ones any more; open its file again')
    return path
  }

  #close(id: string): void {
    clearTimeout(this.#writing.get(id)?.freeing)
    this.#writing.delete(id)
    const store = this.#stores.get(id)
    this.#stores.delete(id)
    store?.close()
  }
}

const runSummary = (store: ProjectStore, run: RunRecord, studyCase: string | undefined): RunSummary => ({
  id: run.id,
  model: trainedWords(run.inputs),
  firstModel: run.inputs.model.name,
  chip: run.inputs.chip.title || run.inputs.chip.name,
  globalBatch: run.inputs.training.globalBatch,
  sequenceLength: run.inputs.training.sequenceLength,
  studyCase,
  status: run.status,
  canGoOn: run.status !== 'running' && isUnfinished(run),
  createdAt: run.createdAt,
  objective: run.inputs.objective,
  pointCount: run.pointCount,
  best_tokensPerSecond: store.bestPoint(run.id)?.evaluation.tokensPerSecond,
  gap: run.certificate?.gap,
  note: run.note
})

const trashedRun = ({ id, inputs, createdAt, pointCount }: RunRecord): TrashedRun => ({
  id,
  model: trainedWords(inputs),
  chip: inputs.chip.title || inputs.chip.name,
  createdAt,
  pointCount
})
