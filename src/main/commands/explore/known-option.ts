import { resolve } from 'node:path'
import { Problem } from '../../../core/problem.ts'
import type { ExplorationInputs } from '../../../core/search/exploration.ts'
import { startingFrom } from '../../jobs/known-of-run.ts'
import { openProject } from '../../projects/open-project.ts'
import type { OptionValues } from '../command.ts'
import { textOption } from '../option-values.ts'

/**
 * The inputs with what `--from` knows, where it is given: a run of the project that the command keeps its own run in, or of another.
 * @throws Problem of the option, the project or the run
 */
export function withKnown(inputs: ExplorationInputs, values: OptionValues, directory: string): ExplorationInputs {
  const given = textOption(values, 'from')
  if (given === undefined) return inputs
  if (textOption(values, 'merge') !== undefined)
    throw new Problem('usage', "'--merge' goes on from what shards began with; leave '--from' out", 'from')
  const [, file = textOption(values, 'project'), digits] = /^(?:(.+):)?([1-9]\d{0,8})$/.exec(given) ?? []
  if (digits === undefined)
    throw new Problem(
      'usage',
      `option '--from' is '${given}'; it must be the number of a run, as 3, or a project with it, as first.tmac:3`,
      'from'
    )
  if (file === undefined)
    throw new Problem(
      'usage',
      `'--from ${digits}' needs the project that has the run: --project F.tmac, or --from F.tmac:${digits}`,
      'from'
    )
  using store = openProject(resolve(directory, file), { readOnly: true })
  return startingFrom(inputs, store, Number(digits))
}
