import { mappingIn } from '../../core/mapping/mapping-in.ts'
import { Mapping } from '../../core/mapping/mapping.ts'
import { parseInput } from '../../core/problem.ts'
import { parseJson } from './parse-json.ts'
import { readJsonFile } from './read-json-file.ts'

const parsed = (value: unknown, what: string): Mapping => parseInput(Mapping, mappingIn(value) ?? value, what)

/**
 * The mapping in a file: a mapping by itself, or anything that has one as its member `mapping`, as an evaluation does.
 * @param directory where relative paths start
 * @throws Problem of the file, its JSON or the mapping
 */
export const mappingFromFile = (path: string, directory: string): Mapping =>
  parsed(readJsonFile(path, directory, 'mapping'), `mapping file '${path}'`)

/** The mapping in the text of a file. @throws Problem of the JSON or the mapping */
export const mappingFromText = (fileName: string, text: string): Mapping =>
  parsed(parseJson(text, `'${fileName}'`), `mapping file '${fileName}'`)
