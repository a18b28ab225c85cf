import { isAuthorsFormat, parseAuthorsFormat } from '../../core/policies/accpar-networks/authors-format.ts'
import { LayersFile } from '../../core/policies/accpar-networks/layers-file.ts'
import { parseInput, Problem } from '../../core/problem.ts'
import { parseJson } from './parse-json.ts'
import { readTextFile } from './read-json-file.ts'

/**
 * A network of layers from a file: JSON (`tmac.layers/1`), or the text format of AccPar's released code.
 * @param batch in place of the file's; the text format has none of its own
 * @throws Problem of the file, its JSON, its text or its schema
 */
export function layersFrom(path: string, directory: string, batch: number | undefined): LayersFile {
  const what = `layers file '${path}'`
  const text = readTextFile(path, directory, 'layers')
  if (isAuthorsFormat(text)) {
    if (batch === undefined)
      throw new Problem('usage', `${what} is of AccPar's text format, which has no batch; give --batch N`, 'batch')
    return parseAuthorsFormat(text, batch, what)
  }
  const file = parseInput(LayersFile, parseJson(text, what), what)
  return batch === undefined ? file : { ...file, batch }
}
