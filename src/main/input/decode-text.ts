import { Problem } from '../../core/problem.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Bytes as UTF-8 text, without its byte order mark.
 * @throws Problem `bad-json` when they are something else
 */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Problem('bad-json', `${what} is not UTF-8 text; save it as UTF-8`)
  }
}
