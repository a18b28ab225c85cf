/**
 * How well a text answers what was typed: 0 when a word of it does not occur, more the nearer its words stand to beginnings of words of
 * the text. Everything answers nothing typed, alike.
 */
export function matchScore(typed: string, text: string): number {
  const lower = text.toLowerCase()
  let score = 1
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = lower.indexOf(word)
    if (at < 0) return 0
    score += at === 0 ? 3 : /[\s:·/-]/.test(lower[at - 1]!) ? 2 : 1
  }
  return score
}
