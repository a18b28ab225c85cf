import { randomUUID } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync
} from 'node:fs'
import { join } from 'node:path'
import { PIECE_B, type Download, type ProjectView } from '../../contract/projects-contract.ts'
import { Problem } from '../../core/problem.ts'
import { examineProject } from './examine-project.ts'
import type { ProjectLibrary } from './project-library.ts'
import { freeProjectPath } from './project-paths.ts'
import { guarded } from './project-problem.ts'
import { projectName } from './recent-projects.ts'

interface Transfer {
  readonly draft: string
  readonly fileName: string
  readonly size_B: number
  forgetting: NodeJS.Timeout
}

/** At once; a page sends and fetches one by one. */
const MOST_TRANSFERS = 4
const FORGOTTEN_AFTER_ms = 10 * 60_000

/** Projects on their way from and to pages that share no disk with the program, piece by piece. */
export class ProjectTransfers {
  readonly #library: ProjectLibrary
  readonly #folder: string
  readonly #transfers = new Map<string, Transfer>()

  /** @param folder where projects that are sent here are put */
  constructor(library: ProjectLibrary, folder: string) {
    this.#library = library
    this.#folder = folder
  }

  /** @throws Problem `disk-full` when there is no room */
  beginUpload(fileName: string, size_B: number): string {
    return guarded(this.#folder, () => {
      const id = this.#begin(fileName, size_B)
      const { bavail, bsize } = statfsSync(this.#folder)
      if (bavail * bsize < 2 * size_B) {
        this.#forget(id)
        throw new Problem(
          'disk-full',
          `'${fileName}' takes ${size_B} B twice while it is checked; ${bavail * bsize} B are free where projects are kept. Free some space`
        )
      }
      return id
    })
  }

  append(upload: string, bytes: Uint8Array): void {
    const { draft, fileName, size_B } = this.#transfer(upload)
    const soFar_B = statSync(draft, { throwIfNoEntry: false })?.size ?? 0
    if (bytes.length > PIECE_B || soFar_B + bytes.length > size_B) {
      this.#forget(upload)
      throw new Problem('bad-input', `'${fileName}' is longer than the ${size_B} B it was said to have. Send it again`)
    }
    guarded(draft, () => appendFileSync(draft, bytes))
  }

  /** @throws Problem of the project; what was sent is gone then */
  finishUpload(upload: string): ProjectView {
    const { draft, fileName, size_B } = this.#transfer(upload)
    try {
      const soFar_B = statSync(draft, { throwIfNoEntry: false })?.size ?? 0
      if (soFar_B !== size_B)
        throw new Problem('bad-input', `only ${soFar_B} of the ${size_B} B of '${fileName}' have come. Send it again`)
      return guarded(fileName, () => {
        examineProject(draft)
        const path = freeProjectPath(this.#folder, fileName)
        renameSync(draft, path)
        return this.#library.open(path)
      })
    } catch (error) {
      throw error instanceof Problem ? new Problem(error.code, error.message.replaceAll(draft, fileName)) : error
    } finally {
      this.#forget(upload)
    }
  }

  beginDownload(project: string): Download {
    const store = this.#library.store(project)
    const fileName = `${projectName(store.path)}.tmac`
    return guarded(this.#folder, () => {
      const id = this.#begin(fileName, 0)
      const { draft } = this.#transfer(id)
      try {
        store.copyTo(draft)
      } catch (error) {
        this.#forget(id)
        throw error
      }
      return { download: id, fileName, size_B: statSync(draft).size }
    })
  }

  read(download: string, offset_B: number): Uint8Array<ArrayBuffer> {
    const { draft } = this.#transfer(download)
    const file = openSync(draft, 'r')
    try {
      const piece = new Uint8Array(PIECE_B)
      const read_B = readSync(file, piece, 0, PIECE_B, offset_B)
      if (offset_B + read_B >= statSync(draft).size) this.#forget(download)
      return piece.slice(0, read_B)
    } finally {
      closeSync(file)
    }
  }

  close(): void {
    for (const id of this.#transfers.keys()) this.#forget(id)
  }

  #begin(fileName: string, size_B: number): string {
    if (this.#transfers.size >= MOST_TRANSFERS)
      throw new Problem('usage', `${MOST_TRANSFERS} projects are being sent already. Wait for one to end`)
    mkdirSync(this.#folder, { recursive: true })
    const id = randomUUID()
    const forgetting = setTimeout(() => this.#forget(id), FORGOTTEN_AFTER_ms)
    forgetting.unref()
    this.#transfers.set(id, { draft: join(this.#folder, `.transfer-${id}`), fileName, size_B, forgetting })
    return id
  }

  /** The transfer, its time begun anew. @throws Problem `unknown-name` */
  #transfer(id: string): Transfer {
    const transfer = this.#transfers.get(id)
    if (!transfer) throw new Problem('unknown-name', 'this transfer has ended. Begin it again')
    transfer.forgetting.refresh()
    return transfer
  }

  #forget(id: string): void {
    const transfer = this.#transfers.get(id)
    if (!transfer) return
    clearTimeout(transfer.forgetting)
    this.#transfers.delete(id)
    rmSync(transfer.draft, { force: true })
  }
}
