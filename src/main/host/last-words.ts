import type { Readable } from 'node:stream'

const MOST_CHARACTERS = 4000

/** The end of what a stream says, which is also passed on. */
export function lastWords(stream: Readable | null, passOn: (text: string) => void): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-MOST_CHARACTERS)
    passOn(more)
  })
  return () => text
}
