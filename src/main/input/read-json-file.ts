import { closeSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { systemTrouble } from '../system-error.ts'
import { decodeText } from './decode-text.ts'
import { parseJson } from './parse-json.ts'

const MEBI = 2 ** 20
const MOST_BYTES = 16 * MEBI

function readBytes(path: string, what: string): Uint8Array {
  const descriptor = openSync(path, 'r')
  try {
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
 * Runs a call that reads a file or folder; what the operating system refuses leaves as a Problem.
 * @param what the file as a sentence begins with it, e.g. `model file 'm.json'`
 * @param kind what it is given for
 */
export function guardedInput<Result>(what: string, kind: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.code, error.message, error.path || kind)
    const trouble = systemTrouble(error, 'read')
    if (!trouble) throw error
    throw new Problem(trouble.code, `${what} ${trouble.words}`, kind)
  }
}

/**
 * The text in a file.
 * @param kind what the file is to hold, e.g. `model`
 * @throws Problem naming the file: what the operating system says of it, over 16 MiB, not UTF-8
 */
export function readTextFile(path: string, directory: string, kind: string): string {
  const what = `${kind} file '${path}'`
  return guardedInput(what, kind, () => decodeText(readBytes(resolve(directory, path), what), what))
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
