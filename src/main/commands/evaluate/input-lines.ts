/** A line of input, or one that was longer than allowed and is not kept. */
export type InputLine = Uint8Array | 'too-long'

const LINE_FEED = 10

/**
 * Cuts a stream of bytes at line feeds. All lines that a chunk completes come together; a last line without line feed counts.
 * @param most bytes of a line; of a longer one nothing is kept but that it was there
 */
export async function* inputLines(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<InputLine[]> {
  let parts: Uint8Array[] = []
  let length = 0
  const add = (part: Uint8Array): void => {
    length += part.length
    if (length > most) parts = []
    else if (part.length > 0) parts.push(part)
  }
  const take = (): InputLine => {
    const line = length > most ? 'too-long' : parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    parts = []
    length = 0
    return line
  }
  for await (const chunk of chunks) {
    const lines: InputLine[] = []
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end))
      lines.push(take())
      start = end + 1
    }
    add(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (length > 0) yield [take()]
}
