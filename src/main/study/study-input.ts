import { dirname, resolve } from 'node:path'
import packageFile from '../../../package.json' with { type: 'json' }
import shipped from '../../../resources/studies/tmac-claims.json' with { type: 'json' }
import { byName } from '../../core/by-name.ts'
import { parseInput } from '../../core/problem.ts'
import { checkStudy } from '../../core/study/check-study.ts'
import type { Study } from '../../core/study/study-case.ts'
import { StudySpec, type StudyGrid } from '../../core/study/study-spec.ts'
import { chipFrom } from '../input/chip-input.ts'
import { modelFrom } from '../input/model-input.ts'
import { specSource } from '../input/spec-source.ts'

const shippedStudies = [shipped]

const named = (grids: readonly StudyGrid[], kind: 'models' | 'chips'): readonly string[] => [
  ...new Set(grids.flatMap((grid) => grid[kind]))
]

/**
 * The study that a person means, with every model and chip that it names, checked.
 * @param given a shipped study's name, a path, or inline JSON
 * @param directory where relative paths start; those within a file start at its folder
 * @throws Problem naming the place in the study
 */
export function studyFrom(given: string, directory: string): Study {
  const source = specSource(
    given,
    'study',
    shippedStudies.map(({ name }) => name),
    directory
  )
  const value = source.preset === undefined ? source.value : byName(shippedStudies, source.preset, 'study')
  const spec = parseInput(StudySpec, value, source.preset === undefined ? source.what : `study ${given}`)
  const isFile = source.preset === undefined && !given.trim().startsWith('{')
  const folder = isFile ? dirname(resolve(directory, given)) : directory
  const grids = [...spec.grids, ...(spec.reduced ?? [])]
  const study: Study = {
    version: packageFile.version,
    spec,
    models: Object.fromEntries(named(grids, 'models').map((name) => [name, modelFrom(name, folder)])),
    chips: Object.fromEntries(named(grids, 'chips').map((name) => [name, chipFrom(name, folder)]))
  }
  checkStudy(study)
  return study
}
