import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { guardedOutput, keepProject } from '../commands/write-result-file.ts'

/** Bytes gathered before they are written. */
const CHUNK_B = 2 ** 18

/** A file that is written piece by piece. */
export class OutputStream {
  readonly #file: number
  readonly #buffer = Buffer.allocUnsafe(CHUNK_B)
  #filled = 0
  /** Bytes written so far. */
  size_B = 0

  constructor(path: string, flags: 'w' | 'wx' = 'wx') {
    this.#file = openSync(path, flags)
  }

  write(piece: string | Uint8Array): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.size_B += bytes.length
    if (this.#filled + bytes.length > CHUNK_B) this.#flush()
    if (bytes.length > CHUNK_B) this.#put(bytes)
    else {
      this.#buffer.set(bytes, this.#filled)
      this.#filled += bytes.length
    }
  }

  close(): void {
    try {
      this.#flush()
    } finally {
      closeSync(this.#file)
    }
  }

  #flush(): void {
    this.#put(this.#buffer.subarray(0, this.#filled))
    this.#filled = 0
  }

  #put(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done)
  }
}

/**
 * Writes a file a person named, piece by piece; it appears, or takes the place of an old one, only when it is whole.
 * @param directory where relative paths start
 * @returns its size in bytes
 * @throws Problem naming the file: no such folder, a directory, read-only, disk full
 */
export function writeStreamedFile(path: string, directory: string, fill: (stream: OutputStream) => void): number {
  const full = resolve(directory, path)
  const partial = `${full}.partial-${process.pid}`
  return guardedOutput(path, directory, () => {
    const existing = statSync(full, { throwIfNoEntry: false })
    if (existing?.isDirectory()) throw new Problem('not-a-file', `'${path}' is a directory; name a file`, 'output')
    const fillAndClose = (stream: OutputStream): number => {
      try {
        fill(stream)
      } finally {
        stream.close()
      }
      return stream.size_B
    }
    // A pipe or a device is written to, never replaced.
    if (existing && !existing.isFile()) return fillAndClose(new OutputStream(full, 'w'))
    if (existing) keepProject(path, full)
    try {
      const size_B = fillAndClose(new OutputStream(partial))
      renameSync(partial, full)
      return size_B
    } catch (error) {
      rmSync(partial, { force: true })
      throw error
    }
  })
}

/** @throws Problem when a folder of results cannot have this name: something lies there, or its parent is not there or not writable */
export function checkResultFolder(path: string, directory: string): void {
  const full = resolve(directory, path)
  guardedOutput(path, directory, () => {
    const existing = statSync(full, { throwIfNoEntry: false })
    if (existing && !existing.isDirectory())
      throw new Problem(
        'not-a-file',
        `'${path}' is a file; name a folder that is not there yet, or an empty one`,
        'output'
      )
    if (existing && readdirSync(full).length > 0)
      throw new Problem(
        'not-a-file',
        `'${path}' is a folder that holds ${readdirSync(full).length} files; name one that is not there yet, or an empty one`,
        'output'
      )
    // Making a folder is the only sure way to know that one can be made.
    const probe = `${full}.partial-${process.pid}`
    mkdirSync(probe)
    rmSync(probe, { recursive: true })
  })
}

/**
 * Writes a folder of files a person named; it appears only when all of them are whole.
 * @param directory where relative paths start
 * @param fill makes the files in the folder it is given
 * @throws Problem naming the folder
 */
export function writeResultFolder<Result>(path: string, directory: string, fill: (folder: string) => Result): Result {
  checkResultFolder(path, directory)
  const full = resolve(directory, path)
  const partial = join(dirname(full), `.${full.slice(dirname(full).length + 1)}.partial-${process.pid}`)
  return guardedOutput(path, directory, () => {
    try {
      mkdirSync(partial)
      const result = fill(partial)
      if (existsSync(full)) rmSync(full, { recursive: true })
      renameSync(partial, full)
      return result
    } catch (error) {
      rmSync(partial, { recursive: true, force: true })
      throw error
    }
  })
}
