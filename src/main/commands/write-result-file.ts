import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Problem, type ProblemCode } from '../../core/problem.ts'

const reasons: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ENOENT: ['file-not-found', 'cannot be written: its folder does not exist'],
  EEXIST: ['not-a-file', 'cannot be written: part of its path is not a folder'],
  ENOTDIR: ['not-a-file', 'cannot be written: part of its path is not a folder'],
  EISDIR: ['not-a-file', 'is a directory; name a file'],
  EACCES: ['read-only', 'cannot be written: permission denied'],
  EPERM: ['read-only', 'cannot be written: permission denied'],
  EROFS: ['read-only', 'cannot be written: the file system is read-only'],
  ENOSPC: ['disk-full', 'cannot be written: the disk is full'],
  EDQUOT: ['disk-full', 'cannot be written: the disk quota is used up'],
  ENAMETOOLONG: ['not-a-file', 'is too long for a path']
}

function write(path: string, text: string): void {
  const existing = statSync(path, { throwIfNoEntry: false })
  // A pipe or a device is written to; a file is replaced as a whole, so that a full disk leaves the old one.
  if (existing && !existing.isFile()) {
    writeFileSync(path, text)
    return
  }
  const partial = `${path}.partial-${process.pid}`
  try {
    writeFileSync(partial, text)
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

/** Runs a call on a file a person named; what the operating system refuses leaves as a Problem. */
export function guardedOutput<Result>(path: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    const reason = reasons[error instanceof Error && 'code' in error ? String(error.code) : '']
    throw reason ? new Problem(reason[0], `'${path}' ${reason[1]}`, 'output') : error
  }
}

/**
 * Writes a result to a file a person named; an existing file is replaced only when the new one is whole.
 * @param directory where relative paths start
 * @throws Problem naming the file: no such folder, a directory, read-only, disk full
 */
export function writeResultFile(path: string, directory: string, text: string): void {
  guardedOutput(path, () => write(resolve(directory, path), text))
}

/** Makes the folder of a file a person named, as far as it is missing. @throws Problem where it cannot be made */
export function makeFolderOf(path: string, directory: string): void {
  guardedOutput(path, () => void mkdirSync(dirname(resolve(directory, path)), { recursive: true }))
}

/**
 * Tells before long work whether its result could be written: what `writeResultFile` would say, but for a disk that fills up.
 * @throws Problem naming the file: no such folder, a directory, read-only
 */
export function checkResultFile(path: string, directory: string): void {
  const full = resolve(directory, path)
  guardedOutput(path, () => {
    const existing = statSync(full, { throwIfNoEntry: false })
    if (existing?.isDirectory()) throw new Problem(reasons.EISDIR![0], `'${path}' ${reasons.EISDIR![1]}`, 'output')
    accessSync(existing && !existing.isFile() ? full : dirname(full), constants.W_OK)
  })
}
