import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { systemTrouble, type SystemTrouble } from '../system-error.ts'

/** The first bytes of every SQLite database, as projects are. */
const DATABASE = Buffer.from('SQLite format 3\0')

/**
 * What is kept in a project cannot be made again by the command that would write over it.
 * @param path as the person named it
 * @throws Problem `not-permitted` where a project, or another database, lies at `full`
 */
export function keepProject(path: string, full: string): void {
  const file = openSync(full, 'r')
  try {
    const start = Buffer.alloc(DATABASE.length)
    if (readSync(file, start) === start.length && start.equals(DATABASE))
      throw new Problem(
        'not-permitted',
        `'${path}' is a project; a result would take its place. Name another file`,
        'output'
      )
  } finally {
    closeSync(file)
  }
}

const partialOf = (path: string): string => `${path}.partial-${process.pid}`

function write(named: string, path: string, text: string | Uint8Array): void {
  const existing = statSync(path, { throwIfNoEntry: false })
  if (existing?.isFile()) keepProject(named, path)
  // A pipe or a device is written to; a file is replaced as a whole, so that a full disk leaves the old one.
  if (existing && !existing.isFile()) {
    writeFileSync(path, text)
    return
  }
  const partial = partialOf(path)
  try {
    writeFileSync(partial, text)
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

/** Why the operating system refused a file, in words; undefined for an error that is not its own. */
function troubleOf(error: unknown, full: string): SystemTrouble | undefined {
  const trouble = systemTrouble(error, 'written')
  // Folders such as /proc answer that a new file does not exist.
  if (trouble?.code === 'file-not-found' && existsSync(dirname(full)))
    return { code: 'read-only', words: `cannot be written: the folder '${dirname(full)}' takes no new files` }
  return trouble
}

/**
 * Runs a call on a file a person named; what the operating system refuses leaves as a Problem.
 * @param directory where relative paths start
 */
export function guardedOutput<Result>(path: string, directory: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    const trouble = troubleOf(error, resolve(directory, path))
    throw trouble ? new Problem(trouble.code, `'${path}' ${trouble.words}`, 'output') : error
  }
}

/**
 * Writes a result to a file a person named; an existing file is replaced only when the new one is whole.
 * @param directory where relative paths start
 * @throws Problem naming the file: no such folder, a directory, read-only, disk full
 */
export function writeResultFile(path: string, directory: string, text: string | Uint8Array): void {
  guardedOutput(path, directory, () => write(path, resolve(directory, path), text))
}

/** The outermost folder that is missing on the way to a file a person named, as they would name it; undefined where none is. */
export function missingFolder(path: string, directory: string): string | undefined {
  let missing: string | undefined
  for (let folder = dirname(path); !existsSync(resolve(directory, folder)); folder = dirname(folder)) missing = folder
  return missing
}

/** Makes the folder of a file a person named, as far as it is missing. @throws Problem where it cannot be made */
export function makeFolderOf(path: string, directory: string): void {
  guardedOutput(path, directory, () => void mkdirSync(dirname(resolve(directory, path)), { recursive: true }))
}

/**
 * Tells before long work whether its result could be written: what `writeResultFile` would say, but for a disk that fills up.
 * @throws Problem naming the file: no such folder, a directory, read-only
 */
export function checkResultFile(path: string, directory: string): void {
  const full = resolve(directory, path)
  guardedOutput(path, directory, () => {
    const existing = statSync(full, { throwIfNoEntry: false })
    if (existing?.isDirectory())
      throw new Problem('not-a-file', `'${path}' is a directory; name a file in it`, 'output')
    if (existing && !existing.isFile()) return accessSync(full, constants.W_OK)
    if (existing) keepProject(path, full)
    // Making a file is the only sure way to know that one can be made: some folders say that they are writable and take nothing.
    const probe = partialOf(full)
    writeFileSync(probe, '')
    rmSync(probe)
  })
}
