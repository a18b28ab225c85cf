import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import { checkDefects } from '../../core/chip/defects/check-defects.ts'
import { DefectMap, gridOf } from '../../core/chip/defects/defect-map.ts'
import { parseDefectsCsv } from '../../core/chip/defects/defects-csv.ts'
import { causeOf, MOST_SEED, sampleDefects } from '../../core/chip/defects/sample-defects.ts'
import { parseInput, Problem } from '../../core/problem.ts'
import { parseJson } from './parse-json.ts'
import { readTextFile } from './read-json-file.ts'

/** Words before a seed, and what is drawn. */
const SAMPLES: Readonly<Record<string, (chip: WaferChipSpec) => 'dies' | 'bonds'>> = {
  'sample:': causeOf,
  'dies:': () => 'dies',
  'bonds:': () => 'bonds'
}

/**
 * The defect map a person means for a chip.
 * @param given a path of a JSON (`tmac.defects/1`) or CSV file; or drawn at random: `sample:SEED` by how the chip is assembled, `dies:SEED` defects of untested dies,
 * `bonds:SEED` lost bonds of tested ones; or, from a request, a map itself
 * @param directory where relative paths start
 * @throws Problem of the file, its line or path, or of a map that is of another grid
 */
export function defectsFrom(given: unknown, chip: WaferChipSpec, directory: string): DefectMap {
  if (typeof given !== 'string') {
    const map = parseInput(DefectMap, given, 'defects')
    checkDefects(map, chip, 'defects')
    return map
  }
  for (const [word, cause] of Object.entries(SAMPLES))
    if (given.startsWith(word)) {
      const text = given.slice(word.length)
      const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (seed <= MOST_SEED) return sampleDefects(chip, { seed, cause: cause(chip) })
      throw new Problem(
        'bad-input',
        `defects are '${given}'; a seed is a whole number from 0 to ${MOST_SEED}`,
        'defects'
      )
    }
  const what = `defects file '${given}'`
  const text = readTextFile(given, directory, 'defects')
  const map = text.trimStart().startsWith('{')
    ? parseInput(DefectMap, parseJson(text, what), what)
    : parseDefectsCsv(text, gridOf(chip), what)
  checkDefects(map, chip, what)
  return map
}
