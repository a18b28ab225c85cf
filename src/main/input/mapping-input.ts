import { Mapping } from '../../core/mapping/mapping.ts'
import { parseInput } from '../../core/problem.ts'
import { readJsonFile } from './read-json-file.ts'

/**
 * The mapping in a file: a mapping by itself, or anything that has one as its member `mapping`, as an evaluation does.
 * @param directory where relative paths start
 * @throws Problem of the file, its JSON or the mapping
 */
export function mappingFromFile(path: string, directory: string): Mapping {
  const value = readJsonFile(path, directory, 'mapping')
  const inner =
    value !== null && typeof value === 'object' && Object.hasOwn(value, 'mapping')
      ? (value as { mapping: unknown }).mapping
      : value
  return parseInput(Mapping, inner, `mapping file '${path}'`)
}
