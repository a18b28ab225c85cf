/** What a text is, where it is plainly none of what a person imports; undefined for what may be JSON of an object or a table. */
export function textNature(text: string): string | undefined {
  const start = text.trimStart()
  if (start === '') return 'empty'
  if (text.includes('\0')) return 'binary, not text'
  if (/^<(!doctype|html|\?xml|[a-z][\w:-]*[\s>/])/i.test(start))
    return `a page of HTML or XML, as a site gives instead of a file ('${firstLine(start)}'); save the file itself`
  if (/^(null|true|false|-?\d[\d.e+-]*|"([^"\\]|\\.)*")\s*$/i.test(start))
    return `JSON, but of a single value ('${firstLine(start)}'), not of an object in braces`
  return undefined
}

/** The first line of a text, cut to what a sentence can hold. */
export function firstLine(text: string): string {
  const [line = ''] = text.trim().split(/[\r\n]/, 1)
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}
