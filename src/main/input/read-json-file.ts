import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem, type ProblemCode } from '../../core/problem.ts'
import { decodeText } from './decode-text.ts'
import { parseJson } from './parse-json.ts'

const MEBI = 2 ** 20
const MOST_BYTES = 16 * MEBI

const reasons: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ENOENT: ['file-not-found', 'does not exist; check the path'],
  ENOTDIR: ['file-not-found', 'does not exist: part of its path is a file'],
  EISDIR: ['not-a-file', 'is a directory; name a file in it'],
  EACCES: ['file-not-found', 'cannot be read: permission denied'],
  EPERM: ['file-not-found', 'cannot be read: permission denied'],
  ELOOP: ['not-a-file', 'is a symbolic link that leads to itself'],
  ENAMETOOLONG: ['file-not-found', 'is too long for a path'],
  ENXIO: ['not-a-file', 'is not a file that can be read']
}

function readBytes(path: string, what: string): Uint8Array {
  const descriptor = openSync(path, 'r')
  try {
    if (fstatSync(descriptor).isDirectory()) throw new Problem('not-a-file', `${what} ${reasons.EISDIR![1]}`)
    // Pipes and devices have no size to ask for, so what is read is counted.
    const chunks: Uint8Array[] = []
    for (let length = 0; ;) {
      const chunk = new Uint8Array(MEBI)
      const count = readSync(descriptor, chunk)
      if (count === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, count))
      length += count
      if (length > MOST_BYTES)
        throw new Problem('bad-input', `${what} is larger than ${MOST_BYTES / MEBI} MiB, which no spec is`)
    }
  } finally {
    closeSync(descriptor)
  }
}

/**
 * The text in a file.
 * @param kind what the file is to hold, e.g. `model`
 * @throws Problem naming the file: missing, a directory, unreadable, over 16 MiB, not UTF-8
 */
export function readTextFile(path: string, directory: string, kind: string): string {
  const what = `${kind} file '${path}'`
  try {
    return decodeText(readBytes(resolve(directory, path), what), what)
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.code, error.message, error.path || kind)
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const reason =
      reasons[code] ?? (code === 'ERR_INVALID_ARG_VALUE' ? (['file-not-found', 'is not a path'] as const) : undefined)
    if (!reason) throw error
    throw new Problem(reason[0], `${what} ${reason[1]}`, kind)
  }
}

/**
 * The JSON value in a file.
 * @param kind what the file is to hold, e.g. `model`
 * @throws Problem naming the file, as `readTextFile`, or where it is not JSON (with line and column)
 */
export function readJsonFile(path: string, directory: string, kind: string): unknown {
  const text = readTextFile(path, directory, kind)
  try {
    return parseJson(text, `${kind} file '${path}'`)
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.code, error.message, error.path || kind) : error
  }
}
