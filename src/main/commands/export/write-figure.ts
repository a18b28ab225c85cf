import { resolve } from 'node:path'
import { chartThemes } from '../../../core/report/charts/chart-theme.ts'
import { sheetCsv } from '../../../core/report/data-sheet.ts'
import { figureOf } from '../../../core/report/figure-of.ts'
import { figureKinds, linkMoments, type FigureSpec } from '../../../core/report/report-spec.ts'
import { Problem } from '../../../core/problem.ts'
import { openProject } from '../../projects/open-project.ts'
import { drawFigure } from '../../report/charts.ts'
import { gatherInsights, insightsHere } from '../../report/report-insights.ts'
import { reportMaterial } from '../../report/report-material.ts'
import type { OptionValues } from '../command.ts'
import { choiceOption, requiredText, wholeOption } from '../option-values.ts'
import { pointNumbers } from '../report/write-built-report.ts'
import { writeResultFile } from '../write-result-file.ts'

function figureSpecOf(values: OptionValues, newestRun: number | undefined): FigureSpec {
  requiredText(values, 'figure', figureKinds.join('|'))
  const figure = choiceOption(values, 'figure', figureKinds)!
  const point = wholeOption(values, 'point')
  const points = pointNumbers(values, 8) ?? (point === undefined ? undefined : [point])
  const missing = (what: string): never => {
    throw new Problem('usage', `the figure '${figure}' needs ${what}; 'tmac report' lists the numbers`, 'figure')
  }
  switch (figure) {
    case 'front':
    case 'policies':
      return { figure, run: wholeOption(values, 'run') ?? newestRun ?? missing("'--run N'") }
    case 'time':
    case 'memory':
    case 'timeline':
      return { figure, points: [...(points ?? missing("'--points 3,7'"))] }
    case 'waterfall': {
      const [from, to] = points ?? []
      if (from === undefined || to === undefined) return missing("'--points 3,7', from and to")
      return { figure, from, to }
    }
    case 'wafer':
    case 'roofline':
    case 'breakdown':
    case 'memory-dies':
      return { figure, point: points?.[0] ?? missing("'--point N'") }
    case 'memory-time': {
      const stage = wholeOption(values, 'stage', 0)
      return {
        figure,
        point: points?.[0] ?? missing("'--point N'"),
        ...(stage !== undefined && { stage })
      }
    }
    case 'links': {
      const moment = choiceOption(values, 'moment', linkMoments)
      return { figure, point: points?.[0] ?? missing("'--point N'"), ...(moment && { moment }) }
    }
  }
}

/** Writes one figure of a project as the report has it, or its numbers. @returns what was written, in words */
export async function writeFigure(
  values: OptionValues,
  format: 'svg' | 'csv',
  output: string,
  cwd: string
): Promise<string> {
  const project = requiredText(values, 'project', 'F.tmac')
  using store = openProject(resolve(cwd, project), { readOnly: true })
  const spec = figureSpecOf(values, store.runs().at(-1)?.id)
  const insights = await gatherInsights([{ kind: 'figure', key: 'figure', figure: spec }], insightsHere(store))
  const figure = figureOf(spec, reportMaterial(store, insights), chartThemes.print)
  if (!figure)
    throw new Problem(
      'unknown-name',
      `'${project}' has no such run or points, or they have nothing to show as '${spec.figure}'`,
      'figure'
    )
  writeResultFile(output, cwd, format === 'svg' ? drawFigure(figure) : sheetCsv(figure.sheet))
  return `${figure.title}: ${output}\n`
}
