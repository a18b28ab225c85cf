/** Where text stops being JSON, and what should have stood there. */
export interface JsonFault {
  readonly offset: number
  readonly message: string
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const literal = /true|false|null/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const word = /[^\s,:[\]{}"]{1,20}/y

const matchEnd = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

/** End of the string that starts at `at`, or the fault inside it. */
function stringEnd(text: string, at: number): number | JsonFault {
  for (let offset = at + 1; offset < text.length; offset++) {
    const code = text.charCodeAt(offset)
    if (code === 34) return offset + 1
    if (code < 32) return { offset, message: 'a string runs over the end of its line or holds a control character' }
    if (code !== 92) continue
    const end = matchEnd(escape, text, offset)
    if (end < 0) return { offset, message: `'${text.slice(offset, offset + 2)}' is no escape that JSON knows` }
    offset = end - 1
  }
  return { offset: text.length, message: 'the text ends inside a string; is it truncated?' }
}

/** End of the number, word or string that starts at `at`, or the fault there. */
function scalarEnd(text: string, at: number): number | JsonFault {
  if (text[at] === '"') return stringEnd(text, at)
  const end = Math.max(matchEnd(number, text, at), matchEnd(literal, text, at))
  const wordEnd = matchEnd(word, text, at)
  if (end > 0 && wordEnd <= end) return end
  const found = text.slice(at, Math.max(at + 1, wordEnd))
  return { offset: at, message: `expected a value, found '${found}'` }
}

/**
 * Finds the first place where a text breaks the grammar of JSON (RFC 8259), which JSON.parse does not always tell.
 * @returns undefined for text that is JSON
 */
export function jsonFault(text: string): JsonFault | undefined {
  const open: string[] = []
  let wants: 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'next' = 'value'
  for (let at = 0; ;) {
    while (at < text.length && isBlank(text.charCodeAt(at))) at++
    const inside = open.at(-1)
    if (at >= text.length) {
      if (wants === 'next' && inside === undefined) return undefined
      const what = inside === undefined ? 'before any value' : inside === '{' ? 'inside an object' : 'inside a list'
      return { offset: at, message: `the text ends ${what}; is it truncated?` }
    }
    const mark = text[at]!
    if (wants === 'next') {
      if (inside === undefined) return { offset: at, message: `expected nothing more, found '${mark}'` }
      const close = inside === '{' ? '}' : ']'
      if (mark === close) open.pop()
      else if (mark === ',') wants = inside === '{' ? 'key' : 'value'
      else return { offset: at, message: `expected ',' or '${close}', found '${mark}'` }
      at++
    } else if (wants === 'colon') {
      if (mark !== ':') return { offset: at, message: `expected ':' after a key, found '${mark}'` }
      wants = 'value'
      at++
    } else if ((wants === 'first-key' && mark === '}') || (wants === 'first-value' && mark === ']')) {
      open.pop()
      wants = 'next'
      at++
    } else if (wants === 'key' || wants === 'first-key') {
      if (mark !== '"') return { offset: at, message: `expected a key in double quotes, found '${mark}'` }
      const end = stringEnd(text, at)
      if (typeof end !== 'number') return end
      wants = 'colon'
      at = end
    } else if (mark === '{' || mark === '[') {
      open.push(mark)
      wants = mark === '{' ? 'first-key' : 'first-value'
      at++
    } else {
      const end = scalarEnd(text, at)
      if (typeof end !== 'number') return end
      wants = 'next'
      at = end
    }
  }
}
