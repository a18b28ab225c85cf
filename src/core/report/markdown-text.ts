/** A run of words of one kind. */
export interface Span {
  readonly text: string
  readonly style?: 'strong' | 'emphasis' | 'code'
  /** Where it leads; only http, https and tmac. */
  readonly href?: string
}
export type TextBlock =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly spans: readonly Span[] }
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'code'; readonly text: string }

const inline = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^()\s]+)\)/g
const isSafe = (href: string): boolean => /^(https?|tmac):\/\//i.test(href)

function spansOf(text: string): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const match of text.matchAll(inline)) {
    if (match.index > at) spans.push({ text: text.slice(at, match.index) })
    const [whole, code, strong, emphasis, label, href] = match
    if (code !== undefined) spans.push({ text: code, style: 'code' })
    else if (strong !== undefined) spans.push({ text: strong, style: 'strong' })
    else if (emphasis !== undefined) spans.push({ text: emphasis, style: 'emphasis' })
    else if (label !== undefined && isSafe(href!)) spans.push({ text: label, href: href! })
    else spans.push({ text: whole })
    at = match.index + whole.length
  }
  if (at < text.length) spans.push({ text: text.slice(at) })
  return spans
}

const item = /^(?:[-*]|(\d+)[.)])\s+(.*)$/

/**
 * The Markdown that a report knows: headings, paragraphs, lists, code, **strong**, *emphasis*, links to http, https and tmac. Everything
 * else, HTML included, is text as it stands.
 */
export function parseMarkdown(source: string): TextBlock[] {
  const blocks: TextBlock[] = []
  const lines = source.replace(/\r\n?/g, '\n').split('\n')
  let paragraph: string[] = []
  const flush = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', spans: spansOf(paragraph.join(' ')) })
    paragraph = []
  }
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim()
    const heading = /^(#{1,3})\s+(.+)$/.exec(line)
    if (line.startsWith('```')) {
      flush()
      const end = lines.findIndex((one, index) => index > at && one.trim().startsWith('```'))
      const stop = end < 0 ? lines.length : end
      blocks.push({ kind: 'code', text: lines.slice(at + 1, stop).join('\n') })
      at = stop
    } else if (line === '') flush()
    else if (heading) {
      flush()
      blocks.push({ kind: 'heading', level: heading[1]!.length as 1 | 2 | 3, spans: spansOf(heading[2]!) })
    } else if (item.test(line)) {
      flush()
      const ordered = /^\d/.test(line)
      const items: Span[][] = []
      for (; at < lines.length; at++) {
        const found = item.exec(lines[at]!.trim())
        if (!found || (found[1] !== undefined) !== ordered) break
        items.push(spansOf(found[2]!))
      }
      at--
      blocks.push({ kind: 'list', ordered, items })
    } else paragraph.push(line)
  }
  flush()
  return blocks
}

export const plainText = (spans: readonly Span[]): string => spans.map(({ text }) => text).join('')
