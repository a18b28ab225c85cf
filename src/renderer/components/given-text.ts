import { Problem } from '../../core/problem.ts'
import { textNature } from '../../core/text-nature.ts'

/**
 * Refuses a text that is plainly none of what is imported, or would hold up the page.
 * @param what names it for the message, as `The map`
 * @param kind what it should be, as `a defect map`
 */
export function requireText(text: string, what: string, kind: string, longest: number): void {
  if (text.length > longest)
    throw new Problem('bad-input', `${what} has ${text.length} characters; ${kind} has ${longest} at most`)
  const nature = textNature(text)
  if (nature !== undefined) throw new Problem('bad-input', `${what} is ${nature}`)
}

/** @throws Problem `bad-json` saying where the text stops being JSON */
export function jsonOfText(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('bad-json', `${what} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
