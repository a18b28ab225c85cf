import { basename, resolve } from 'node:path'
import { comparePoints, comparisonTables, type Comparison, type NamedPoint } from '../../core/report/comparison.ts'
import { csvText } from '../../core/report/csv.ts'
import { markdownTable } from '../../core/report/markdown.ts'
import { textTable } from '../../core/report/tables.ts'
import { openProject } from '../projects/open-project.ts'
import { exitCodes, type Command } from './command.ts'
import { choiceOption, wholeOption } from './option-values.ts'
import { pointReference, type PointReference } from './compare/point-reference.ts'

const MOST_POINTS = 8
const compareFormats = ['text', 'markdown', 'csv'] as const

/** The points in the order of their references; each project is opened once. @throws Problem of a file or a number */
function pointsOf(references: readonly PointReference[], directory: string): NamedPoint[] {
  const found = new Map<PointReference, NamedPoint>()
  for (const project of new Set(references.map((reference) => reference.project))) {
    using store = openProject(resolve(directory, project), { readOnly: true })
    for (const reference of references.filter((other) => other.project === project))
      found.set(reference, { name: reference.name, point: store.point(reference.point) })
  }
  return references.map((reference) => found.get(reference)!)
}

/** Names without the folders of their projects, where no two projects then share a name. */
function shortNames(references: readonly PointReference[]): readonly string[] {
  const projects = [...new Set(references.map(({ project }) => project))]
  if (new Set(projects.map((project) => basename(project))).size < projects.length)
    return references.map(({ name }) => name)
  return references.map(({ project, point }) => `${basename(project)}#${point}`)
}

/** Plain numbers in the unit that a column names, a row for each quantity. */
const comparisonCsv = ({ metrics, time_s, memory_B }: Comparison, names: readonly string[]): string =>
  csvText([
    ['quantity', 'unit', ...names],
    ...[...metrics, ...time_s, ...memory_B].map(({ name, unit, values }) => [
      name,
      unit,
      ...values.map((value) => value ?? null)
    ])
  ])

export const command: Command = {
  usage: ['A.tmac#3 B.tmac#7 [more, 2 to 8 points]'],
  description:
    'Sets points of projects side by side: their numbers with ratios to the first, where a step goes, memory, and only those members of ' +
    "chip and mapping that differ. A point is its project's file, a # and its number, which 'tmac report' tells.",
  options: {
    format: { type: 'string', value: compareFormats.join('|'), help: 'how the tables are written (text)' },
    baseline: { type: 'string', value: 'N', help: 'which of the points the others are set against (1)' }
  },
  mostPositionals: MOST_POINTS,
  async run({ positionals, values, json }, { out, err, cwd }) {
    const references = positionals.map(pointReference)
    const format = choiceOption(values, 'format', compareFormats) ?? 'text'
    const baseline = (wholeOption(values, 'baseline', 1, Math.max(1, references.length)) ?? 1) - 1
    const comparison = comparePoints(pointsOf(references, cwd), baseline)
    if (json) await out(`${JSON.stringify({ schema: 'tmac.comparison/1', ...comparison })}\n`)
    else
      await out(
        format === 'csv'
          ? comparisonCsv(comparison, shortNames(references))
          : comparisonTables(comparison, shortNames(references))
              .map(format === 'markdown' ? markdownTable : textTable)
              .join('\n')
      )
    for (const warning of comparison.warnings) err(`Note: ${warning}\n`)
    return exitCodes.done
  }
}
