import Database from 'better-sqlite3'
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { backUpFormat } from './back-up.ts'
import { examineProject, type Leniency } from './examine-project.ts'
import { migrate } from './migrate.ts'
import { projectFormat } from './migrations.ts'
import { requireNodeApi } from './node-api.ts'
import { guarded } from './project-problem.ts'
import { ProjectStore } from './project-store.ts'
import { acquireWriterLock } from './writer-lock.ts'

export interface OpenOptions extends Leniency {
  /** Make the project, and the folders it lies in, when it does not exist. */
  readonly create?: boolean
  /** Only read, also while another process writes. */
  readonly readOnly?: boolean
  /** The file may not grow past this; reaching it is a full disk. */
  readonly sizeLimit_B?: number
}

/**
 * Opens a project (`.tmac`: one SQLite file).
 * @throws Problem `not-a-file`, `file-not-found`, `not-permitted`, `not-a-project`, `altered-project`, `newer-version`, `corrupt-project`, `read-only`,
 * `locked-project`, `disk-full`, `io-failed`; each names the file and a way out
 */
export function openProject(path: string, options: OpenOptions = {}): ProjectStore {
  requireNodeApi()
  const isNew = guarded(path, () => examine(path, options), 'read')
  if (options.readOnly) return guarded(path, () => openForReading(path), 'read')
  return guarded(path, () => {
    if (isNew) mkdirSync(dirname(path), { recursive: true })
    // The lock lies beside the file itself, so that every name of a project finds the same one.
    return openForWriting(isNew ? path : realpathSync(path), options.sizeLimit_B)
  })
}

/** Looks at what is there before anything is changed. Returns whether the project is yet to be made. */
function examine(path: string, options: OpenOptions): boolean {
  const create = options.create === true && !options.readOnly
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found && !create) throw new Problem('file-not-found', `'${path}' does not exist. Check its name and folder`)
  if (!found) return true
  if (!found.isFile())
    throw new Problem(
      'not-a-file',
      `'${path}' is ${found.isDirectory() ? 'a directory' : 'not a regular file'}, not a project. Name a .tmac file`
    )
  if (found.size === 0 && create) return true
  examineProject(path, options)
  return false
}

function openForReading(path: string): ProjectStore {
  const database = new Database(path, { readonly: true, timeout: 2000 })
  database.pragma('trusted_schema = OFF')
  return new ProjectStore(path, database, undefined)
}

function openForWriting(path: string, sizeLimit_B: number | undefined): ProjectStore {
  const lock = acquireWriterLock(path)
  if (!lock) throw new Problem('locked-project', lockedMessage(path))
  let database: Database.Database | undefined
  try {
    database = new Database(path, { timeout: 2000 })
    // FULL: a commit a second costs one fsync a second, and then a power cut loses no more than a killed process does.
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF')
    // Folding the journal in waits for the disk twice: after 32 MB of it instead of 4, a search that writes much waits a quarter less.
    database.pragma('wal_autocheckpoint = 8000')
    const format = Number(database.pragma('user_version', { simple: true }))
    if (format > 0 && format < projectFormat) backUpFormat(database, path, format)
    migrate(database)
    database.pragma('journal_mode = WAL')
    const page_B = Number(database.pragma('page_size', { simple: true }))
    if (sizeLimit_B !== undefined) database.pragma(`max_page_count = ${Math.max(1, Math.floor(sizeLimit_B / page_B))}`)
    return new ProjectStore(path, database, lock)
  } catch (error) {
    database?.close()
    lock.release()
    throw error
  }
}

function lockedMessage(path: string): string {
  const who = writerOf(path) ?? 'another process'
  return `'${path}' is being written by ${who}. Wait for it to end, or use another project file`
}

/** Who writes the project, as far as its newest running run says; undefined between its runs and while it is being made. */
export function writerOf(path: string): string | undefined {
  const sql = `SELECT 'process ' || process_id || ' on ' || host FROM run WHERE status = 'running' ORDER BY id DESC`
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, timeout: 500 })
    return database.prepare<[], string>(sql).pluck().get()
  } catch {
    return undefined
  } finally {
    database?.close()
  }
}
