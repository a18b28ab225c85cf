import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { parseJson } from './parse-json.ts'
import { readJsonFile } from './read-json-file.ts'

/** What a person gave for a spec: the name of a preset, or the value that a file or the argument itself holds. */
export type SpecSource =
  | { readonly preset: string; readonly value?: undefined }
  | { readonly preset?: undefined; readonly value: unknown; readonly what: string }

/**
 * Tells apart the ways to give a spec: an object, inline JSON (starts with a brace), a preset's name, or a path (has a slash, ends in
 * `.json`, or exists). A name that is none of them counts as a preset's, so that the nearest one can be suggested.
 * @param directory where relative paths start
 * @throws Problem of the file or the JSON
 */
export function specSource(given: unknown, kind: string, presets: readonly string[], directory: string): SpecSource {
  if (typeof given !== 'string') return { value: given, what: kind }
  const text = given.trim()
  if (text === '') throw new Problem('bad-input', `${kind} is empty; give a preset's name, a path or JSON`, kind)
  if (text.startsWith('{')) return { value: parseJson(text, `the text given as ${kind}`), what: kind }
  if (presets.includes(given)) return { preset: given }
  const isPath = /[/\\]/.test(given) || given.endsWith('.json') || existsSync(resolve(directory, given))
  return isPath ? { value: readJsonFile(given, directory, kind), what: `${kind} file '${given}'` } : { preset: given }
}
