import Database from 'better-sqlite3'
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'

/** The file beside a project whose lock its one writer holds. */
const lockPath = (project: string): string => `${project}-lock`

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')

/** Windows keeps an open file: it then stays, empty and unlocked, which the next writer does not mind. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return
  }
}

/** Holding it means being the one process that writes the project. The operating system frees it when the process dies. */
export interface WriterLock {
  release(): void
}

/**
 * Takes a project's writer lock. The lock is SQLite's own exclusive file lock on an empty file beside the project, not a process number
 * in a file: it cannot outlive its holder, whatever kills it, in whichever container, and readers of the project are not held up.
 * @returns undefined when another writer holds it
 */
export function acquireWriterLock(project: string): WriterLock | undefined {
  const path = lockPath(project)
  for (;;) {
    // Never opened here when it exists: closing any descriptor of a file drops this process's POSIX locks on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a'))
    const before = statSync(path, { throwIfNoEntry: false })?.ino
    const database = new Database(path, { timeout: 200 })
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    } catch (error) {
      database.close()
      if (isBusy(error)) return undefined
      throw error
    }
    // The holder before us may have removed the file between our opening and locking it: then we hold a lock nobody sees.
    const same = before !== undefined && statSync(path, { throwIfNoEntry: false })?.ino === before
    if (same)
      return {
        release: () => {
          removeQuietly(path)
          database.close()
        }
      }
    database.close()
  }
}

/** Whether a live process writes the project now; takes and leaves nothing. */
export function hasLiveWriter(project: string): boolean {
  if (!existsSync(lockPath(project))) return false
  const database = new Database(lockPath(project), { readonly: true, timeout: 0 })
  try {
    database.prepare('SELECT 1 FROM sqlite_schema').all()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    database.close()
  }
}
