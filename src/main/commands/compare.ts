import { basename, resolve } from 'node:path'
import { comparePoints, comparisonTables, type NamedPoint } from '../../core/report/comparison.ts'
import { textTable } from '../../core/report/tables.ts'
import { openProject } from '../projects/open-project.ts'
import { exitCodes, type Command } from './command.ts'
import { pointReference, type PointReference } from './compare/point-reference.ts'

const MOST_POINTS = 8

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

export const command: Command = {
  usage: ['A.tmac#3 B.tmac#7 [more, 2 to 8 points]'],
  description:
    'Sets points of projects side by side: their numbers with ratios to the first, where a step goes, memory, and only those members of ' +
    "chip and mapping that differ. A point is its project's file, a # and its number, which 'tmac report' tells.",
  options: {},
  mostPositionals: MOST_POINTS,
  async run({ positionals, json }, { out, err, cwd }) {
    const comparison = comparePoints(pointsOf(positionals.map(pointReference), cwd))
    if (json) await out(`${JSON.stringify({ schema: 'tmac.comparison/1', ...comparison })}\n`)
    else
      await out(
        comparisonTables(comparison, shortNames(positionals.map(pointReference)))
          .map(textTable)
          .join('\n')
      )
    for (const warning of comparison.warnings) err(`Note: ${warning}\n`)
    return exitCodes.done
  }
}
