const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

/** Controls other than tab and line break, which neither HTML nor XML takes. */
const isForbidden = (character: string): boolean =>
  /[\p{Cc}\ufffe\uffff]/u.test(character) && !/[\t\n\r]/.test(character)

/** Text that reads as itself anywhere in HTML or SVG, attributes in quotes included; controls become the replacement character. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"'\p{Cc}\ufffe\uffff]/gu, (character) =>
    isForbidden(character) ? '\ufffd' : (entities[character] ?? character)
  )
