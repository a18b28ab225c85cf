import Database from 'better-sqlite3'
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { backUpFormat } from './back-up.ts'
import { migrate } from './migrate.ts'
import { applicationId, projectFormat } from './migrations.ts'
import { requireNodeApi } from './node-api.ts'
import { guarded } from './project-problem.ts'
import { ProjectStore } from './project-store.ts'
import { acquireWriterLock } from './writer-lock.ts'

export interface OpenOptions {
  /** Make the project, and the folders it lies in, when it does not exist. */
  readonly create?: boolean
  /** Only read, also while another process writes. */
  readonly readOnly?: boolean
  /** The file may not grow past this; reaching it is a full disk. */
  readonly sizeLimit_B?: number
}

/**
 * Opens a project (`.tmac`: one SQLite file).
 * @throws Problem `not-a-file`, `file-not-found`, `not-a-project`, `newer-version`, `corrupt-project`, `read-only`, `locked-project`,
 * `disk-full`; each names the file and a way out
 */
export function openProject(path: string, options: OpenOptions = {}): ProjectStore {
  requireNodeApi()
  return guarded(path, () => {
    const isNew = examine(path, options.create === true && !options.readOnly)
    if (options.readOnly) return openForReading(path)
    // The lock lies beside the file itself, so that every name of a project finds the same one.
    return openForWriting(isNew ? path : realpathSync(path), options.sizeLimit_B)
  })
}

/** Looks at what is there before anything is changed. Returns whether the project is yet to be made. */
function examine(path: string, create: boolean): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found && !create)
    throw new Problem('file-not-found', `'${path}' does not exist. Check the name, or create it by 'explore --project'`)
  if (!found) {
    mkdirSync(dirname(path), { recursive: true })
    return true
  }
  if (!found.isFile())
    throw new Problem(
      'not-a-file',
      `'${path}' is ${found.isDirectory() ? 'a directory' : 'not a regular file'}, not a project. Name a .tmac file`
    )
  if (found.size === 0 && create) return true
  const database = new Database(path, { readonly: true })
  try {
    identify(database, path)
  } finally {
    database.close()
  }
  return false
}

/** Refuses another program's file, a newer format and a damaged one. */
function identify(database: Database.Database, path: string): void {
  const id = database.pragma('application_id', { simple: true })
  const format = Number(database.pragma('user_version', { simple: true }))
  if (id !== applicationId) {
    const what = statSync(path).size === 0 ? 'it is empty' : 'it is the SQLite file of another program'
    throw new Problem('not-a-project', `'${path}' is not a TMAC project: ${what}. Choose another name`)
  }
  if (format > projectFormat)
    throw new Problem(
      'newer-version',
      `'${path}' has project format ${format}; this version knows formats up to ${projectFormat}. ` +
        `Update TMAC Workbench to open it`
    )
  const verdict = String(database.pragma('quick_check(1)', { simple: true }))
  if (verdict !== 'ok')
    throw new Problem('corrupt-project', `'${path}' is damaged: ${verdict.trim()}. Restore a copy of the project`)
}

function openForReading(path: string): ProjectStore {
  const database = new Database(path, { readonly: true, timeout: 2000 })
  return new ProjectStore(path, database, undefined)
}

function openForWriting(path: string, sizeLimit_B: number | undefined): ProjectStore {
  const lock = acquireWriterLock(path)
  if (!lock) throw new Problem('locked-project', lockedMessage(path))
  let database: Database.Database | undefined
  try {
    database = new Database(path, { timeout: 2000 })
    // FULL: a commit a second costs one fsync a second, and then a power cut loses no more than a killed process does.
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
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
function writerOf(path: string): string | undefined {
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
