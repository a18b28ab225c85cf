import { dirname, resolve } from 'node:path'
import { FamilyFile } from '../../contract/family-file.ts'
import { parseInput } from '../../core/problem.ts'
import { checkFamily, type FamilyWorkload } from '../../core/search/family.ts'
import { modelFrom } from './model-input.ts'
import { parseJson } from './parse-json.ts'
import { under } from './problem-under.ts'
import { readJsonFile } from './read-json-file.ts'

/**
 * The workloads that a person names together.
 * @param given a path, or inline JSON
 * @param directory where relative paths start; those within a file start at its folder
 * @throws Problem naming the place in the family
 */
export function familyFrom(given: string, directory: string): readonly FamilyWorkload[] {
  const isInline = given.trim().startsWith('{')
  const what = isInline ? 'the text given as family' : `family file '${given}'`
  const value = isInline ? parseJson(given, what) : readJsonFile(given, directory, 'family')
  const { workloads } = parseInput(FamilyFile, value, what)
  const folder = isInline ? directory : dirname(resolve(directory, given))
  return under('family', () => {
    const family = workloads.map(({ name, model: named, training, weight }, index) => {
      const model = under(`workloads[${index}]`, () => modelFrom(named, folder))
      return { name: name ?? model.name, model, training, weight }
    })
    checkFamily(family)
    return family
  })
}
