import { basename, dirname, extname, join, resolve } from 'node:path'
import { parseInput, Problem } from '../../../core/problem.ts'
import { templateNames } from '../../../core/report/report-templates.ts'
import { ReportSpec } from '../../../core/report/report-spec.ts'
import { readJsonFile } from '../../input/read-json-file.ts'
import type { ProjectStore } from '../../projects/project-store.ts'
import type { ReportFormat } from '../../../core/report/report-formats.ts'
import { makeReport } from '../../report/report-files.ts'
import { templateReport } from '../../report/report-service.ts'
import { gatherInsights, insightsHere } from '../../report/report-insights.ts'
import { reportMaterial } from '../../report/report-material.ts'
import type { OptionValues } from '../command.ts'
import { choiceOption, textOption, wholeOption } from '../option-values.ts'
import { makeFolderOf, writeResultFile } from '../write-result-file.ts'

/** Point numbers as `3,7`. @throws Problem `usage` */
export function pointNumbers(values: OptionValues, most: number): readonly number[] | undefined {
  const text = textOption(values, 'points')
  if (text === undefined) return undefined
  const numbers = text.split(',').map((one) => (/^\d{1,15}$/.test(one.trim()) ? Number(one) : 0))
  if (numbers.some((one) => one < 1) || numbers.length > most)
    throw new Problem(
      'usage',
      `option '--points' is '${text}'; it must be 1 to ${most} point numbers, as '3,7'`,
      'points'
    )
  return numbers
}

/** The report that the options name: a file, a document of the project, or a template filled with a run or points. */
function specOf(values: OptionValues, store: ProjectStore, run: number, directory: string): ReportSpec {
  const file = textOption(values, 'spec')
  if (file !== undefined)
    return parseInput(ReportSpec, readJsonFile(file, directory, 'report'), `report file '${file}'`)
  const document = wholeOption(values, 'document')
  if (document !== undefined) {
    const found = store.documents.read(document)
    if (found.kind === 'report') return found.content
    throw new Problem('bad-input', `document ${document} is a ${found.kind}, not a report`, 'document')
  }
  const template = choiceOption(values, 'template', templateNames) ?? 'run'
  const points = pointNumbers(values, 8)
  if (template === 'comparison' && (points?.length ?? 0) < 2)
    throw new Problem('usage', "the template 'comparison' needs '--points 3,7', 2 to 8 numbers", 'points')
  return templateReport(store, template, { run, points })
}

export interface ReportTarget {
  readonly format: ReportFormat
  readonly output: string
  /** Where a relative path starts. */
  readonly cwd: string
  /** Whether the project stays, so that an address leads to it. */
  readonly isKept?: boolean
}

/** Writes a report. @returns remarks for the person: which blocks are stale; @throws Problem of the file */
async function writeReport(
  spec: ReportSpec,
  store: ProjectStore,
  { format, output, cwd, isKept }: ReportTarget
): Promise<readonly string[]> {
  const name = basename(output, extname(output))
  const material = reportMaterial(store, await gatherInsights(spec.blocks, insightsHere(store)), isKept)
  const { files, stale } = await makeReport(spec, material, format, name, new Date())
  const [first, ...beside] = files
  writeResultFile(output, cwd, first![1])
  for (const [path, content] of beside) {
    const full = join(dirname(resolve(cwd, output)), path)
    makeFolderOf(full, cwd)
    writeResultFile(full, cwd, content)
  }
  return stale.map(({ key, reason }) => `Block ${key}: ${reason}`)
}

/** Writes the report of a run as a page. */
export const writeRunReport = (
  store: ProjectStore,
  run: number,
  target: Omit<ReportTarget, 'format'>
): Promise<readonly string[]> =>
  writeReport(templateReport(store, 'run', { run }), store, { ...target, format: 'html' })

/** Writes the report that the options name. @returns remarks as {@link writeReport} */
export const writeBuiltReport = (
  values: OptionValues,
  store: ProjectStore,
  run: number,
  target: ReportTarget
): Promise<readonly string[]> => writeReport(specOf(values, store, run, target.cwd), store, target)
