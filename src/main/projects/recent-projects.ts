import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import * as z from 'zod'
import type { RecentProject } from '../../contract/projects-contract.ts'
import { contentHash } from '../../core/content-hash.ts'

const Entries = z.array(z.strictObject({ path: z.string(), openedAt: z.iso.datetime() }))
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
    return this.#entries.map(({ path, openedAt }) => ({
      id: projectId(path),
      name: projectName(path),
      path,
      openedAt,
      exists: existsSync(path)
    }))
  }

  pathOf(id: string): string | undefined {
    return this.#entries.find(({ path }) => projectId(path) === id)?.path
  }

  add(path: string): void {
    const others = this.#entries.filter((entry) => entry.path !== path)
    this.#save([{ path, openedAt: new Date().toISOString() }, ...others].slice(0, MOST))
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
