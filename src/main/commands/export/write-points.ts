import { resolve } from 'node:path'
import packageFile from '../../../../package.json' with { type: 'json' }
import { Problem } from '../../../core/problem.ts'
import { policyOfSource, workloadOfSource, workloadsOf } from '../../../core/search/point-source.ts'
import { bibliography } from '../../../core/report/bibliography.ts'
import { sheetCsv } from '../../../core/report/data-sheet.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import { pointSheet, pointSheetColumns } from '../../../core/report/point-sheet.ts'
import { openProject } from '../../projects/open-project.ts'
import { sheetParquet } from '../../output/parquet.ts'
import type { OptionValues } from '../command.ts'
import { requiredText, wholeOption } from '../option-values.ts'
import { writeResultFile } from '../write-result-file.ts'
import type { Written } from './written.ts'

/** In which the points of a project, and what they rest on, are written. */
export const pointFormats = ['csv', 'parquet', 'bibtex'] as const
export type PointFormat = (typeof pointFormats)[number]

/** Writes the points of a run, or of all runs, as a table, or the literature that they rest on as BibTeX. */
export function writePoints(
  values: OptionValues,
  format: PointFormat,
  command: string,
  output: string,
  cwd: string
): Written {
  const project = requiredText(values, 'project', 'F.tmac')
  const wanted = wholeOption(values, 'run')
  using store = openProject(resolve(cwd, project), { readOnly: true })
  const runs = wanted === undefined ? store.runs() : [store.run(wanted)]
  if (runs.length === 0)
    throw new Problem(
      'unknown-name',
      `'${project}' has no run, so there are no points; 'tmac explore --project' makes some`,
      'project'
    )
  const records = runs.map((run) => ({ run, points: store.points(run.id) }))
  const program = `tmac ${packageFile.version}`
  const points = records.reduce((sum, record) => sum + record.points.length, 0)
  if (format === 'bibtex') {
    const works = records.flatMap(({ run: { inputs }, points: all }) =>
      workloadsOf(inputs).map(({ name, model, training }) => {
        const kept = all.filter(({ source }) => workloadOfSource(source) === name)
        return {
          model,
          training,
          chips: [inputs.chip, ...kept.map(({ chip }) => chip)],
          mappings: kept.map(({ mapping }) => mapping),
          policies: kept.flatMap(({ source }) => policyOfSource(source) ?? [])
        }
      })
    )
    writeResultFile(output, cwd, bibliography(packageFile.version, works))
  } else {
    const sheet = pointSheet(records)
    const about = { program, command, project }
    writeResultFile(output, cwd, format === 'csv' ? sheetCsv(sheet) : sheetParquet(sheet, pointSheetColumns, about))
  }
  const what = format === 'bibtex' ? 'Literature' : `${formatCount(points)} points`
  const of = runs.length === 1 ? `run ${runs[0]!.id}` : `${formatCount(runs.length)} runs`
  return { summary: { runs: runs.map(({ id }) => id), points }, message: `${what} of ${of}: ${output}\n` }
}
