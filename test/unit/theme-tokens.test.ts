import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { contrast } from '../fixtures/contrast.ts'

const sheet = readFileSync('src/renderer/style.css', 'utf8')

/** The tokens that a theme sets. */
const tokensOf = (selector: string): Record<string, string> => {
  const rule = sheet.slice(sheet.indexOf(`${selector} {`)).split('}')[0]!
  return Object.fromEntries([...rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]))
}

/** Rules of a style sheet or of a component: what they are about, and what they say. */
const rulesOf = (text: string): (readonly [selector: string, body: string])[] =>
  [...text.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => [selector.trim(), body])

describe.each([
  ['light', ':root'],
  ['dark', ":root[data-theme='dark']"],
  ['high contrast', ":root[data-theme='high-contrast']"]
])('in the %s theme', (_, selector) => {
  const token = tokensOf(selector)
  const grounds = [token['ground']!, token['raised']!]

  test('text reads at 4.5:1 on both grounds, and on the accent (WCAG 1.4.3)', () => {
    for (const ground of grounds)
      for (const name of ['ink', 'quiet', 'accent', 'bad'])
        expect(contrast(token[name]!, ground), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    expect(contrast(token['on-accent']!, token['accent']!)).toBeGreaterThanOrEqual(4.5)
  })

  test('the outline of a control stands out at 3:1 from both grounds (WCAG 1.4.11)', () => {
    for (const ground of grounds)
      expect(contrast(token['edge'] ?? ground, ground), `edge on ${ground}`).toBeGreaterThanOrEqual(3)
  })
})

test("what an empty field says is quiet text, not the browser's own grey of 3.5:1 in the dark", () => {
  expect(rulesOf(sheet).find(([selector]) => selector.endsWith('::placeholder'))?.[1]).toContain('color: var(--quiet)')
})

test('what is typed into or pressed has that outline, not the one of dividing lines', () => {
  const control = /(^|[\s,>+~(])(input|select|textarea|button)\b(?![^,]*:deep)/
  const faint = ['src/renderer/style.css', ...globSync('src/renderer/**/*.vue')].flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    const css = path.endsWith('.css') ? text : (text.split('<style scoped>')[1] ?? '')
    return rulesOf(css)
      .filter(([selector, body]) => control.test(selector) && /border[\w-]*: [^;]*var\(--line\)/.test(body))
      .map(([selector]) => `${path}: ${selector}`)
  })
  expect(faint).toEqual([])
})
