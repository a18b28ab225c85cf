import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import * as z from 'zod'
import type { RecentProject } from '../../contract/projects-contract.ts'
import { contentHash } from '../../core/content-hash.ts'

const Entries = z.array(
  z.strictObject({
    path: z.string(),
    openedAt: z.iso.datetime(),
    pinned: z.boolean().default(false),
    runs: z.int().nonnegative().optional()
  })
)
const MOST = 12

export const projectName = (path: string): string => basename(path).replace(/\.tmac$/, '')
export const projectId = (path: string): string => contentHash(path).slice(0, 16)

/** Projects a person opened, the newest first, in a small file of its own. A damaged list is an empty one: it holds nothing of value. */
export class RecentProjects {
  readonly #file: string
  #entries: z.infer<typeof Entries>

  constructor(file: string) {
    this.#file = file
    this.#entries = readEntries(file)
  }

  list(): RecentProject[] {
    return this.#entries.map(({ path, openedAt, pinned, runs }) => ({
      id: projectId(path),
      name: projectName(path),
      path,
      openedAt,
      exists: existsSync(path),
      pinned,
      runs
    }))
  }

  pathOf(id: string): string | undefined {
    return this.#entries.find(({ path }) => projectId(path) === id)?.path
  }

  /** Puts a project first; of those that are not pinned the oldest go. */
  add(path: string): void {
    const former = this.#entries.find((entry) => entry.path === path)
    const others = this.#entries.filter((entry) => entry !== former)
    const first = { ...former, path, openedAt: new Date().toISOString(), pinned: former?.pinned ?? false }
    const room = MOST - 1 - others.filter(({ pinned }) => pinned).length
    const kept = others.filter(({ pinned }) => !pinned).slice(0, Math.max(0, room))
    this.#save([first, ...others.filter((entry) => entry.pinned || kept.includes(entry))])
  }

  pin(id: string, pinned: boolean): void {
    this.#save(this.#entries.map((entry) => (projectId(entry.path) === id ? { ...entry, pinned } : entry)))
  }

  /** Remembers how many runs a project has, so that the list says so without opening it. */
  count(id: string, runs: number): void {
    const entry = this.#entries.find(({ path }) => projectId(path) === id)
    if (entry && entry.runs !== runs) this.#save(this.#entries.map((one) => (one === entry ? { ...one, runs } : one)))
  }

  /** The same project in another place. */
  move(id: string, path: string): void {
    const pinned = this.#entries.find((entry) => projectId(entry.path) === id)?.pinned ?? false
    this.remove(id)
    this.add(path)
    this.pin(projectId(path), pinned)
  }

  remove(id: string): void {
    this.#save(this.#entries.filter(({ path }) => projectId(path) !== id))
  }

  #save(entries: z.infer<typeof Entries>): void {
    this.#entries = entries
    mkdirSync(dirname(this.#file), { recursive: true })
    const draft = `${this.#file}.new`
    writeFileSync(draft, JSON.stringify(entries, null, 1))
    renameSync(draft, this.#file)
  }
}

function readEntries(file: string): z.infer<typeof Entries> {
  try {
    return Entries.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}
