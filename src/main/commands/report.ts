import { resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { openProject } from '../projects/open-project.ts'
import { explorationRecord } from '../report/exploration-record.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { exitCodes, type Command, type CommandContext, type ExitCode, type Invocation } from './command.ts'
import { summaryText } from './explore/summary.ts'
import { choiceOption, textOption, wholeOption } from './option-values.ts'
import { reportFormats } from '../../core/report/report-formats.ts'
import { templateNames } from '../../core/report/report-templates.ts'
import { writeBuiltReport } from './report/write-built-report.ts'

function newestRun(store: ProjectStore, project: string): number {
  const newest = store.runs().at(-1)
  if (newest) return newest.id
  throw new Problem('unknown-name', `'${project}' has no runs yet; make one by 'tmac explore --project ${project}'`)
}

async function report(
  { values, positionals: [project], json }: Invocation,
  { cwd, out, err }: CommandContext
): Promise<ExitCode> {
  if (project === undefined) throw new Problem('usage', "report needs a project, as 'tmac report runs/first.tmac'")
  using store = openProject(resolve(cwd, project), { readOnly: true })
  const format = choiceOption(values, 'format', reportFormats) ?? 'html'
  const output = textOption(values, 'output')
  const built = ['spec', 'document', 'template'].find((name) => values[name] !== undefined)
  if (output === undefined && (built !== undefined || values['format'] !== undefined))
    throw new Problem('usage', `'--${built ?? 'format'}' is of a file; name it by '--output'`, 'output')
  const record = explorationRecord(store, wholeOption(values, 'run') ?? newestRun(store, project))
  const { run, points, best } = record
  if (output !== undefined)
    for (const remark of await writeBuiltReport(values, store, run.id, { format, output, cwd })) err(`${remark}\n`)
  if (json)
    await out(
      `${JSON.stringify({
        schema: 'tmac.report/1',
        run,
        best: best?.id,
        certificate: run.certificate,
        points
      })}\n`
    )
  else if (output === undefined) await out(summaryText(record))
  if (run.status !== 'finished')
    err(`Run ${run.id} ${run.status === 'failed' ? `failed: ${run.failure}` : `is ${run.status}`}\n`)
  if (output !== undefined) err(`Report   ${output}\n`)
  return exitCodes.done
}

export const command: Command = {
  usage: [
    'F.tmac [--run N] [--output F.html] [--json]',
    'F.tmac --format pdf|markdown|zip --output FILE [--run N] [--template run|comparison|chip] [--points 3,7]',
    'F.tmac --spec report.json --output FILE [--format …]   or   --document N'
  ],
  description:
    'Tells what a run of a project found: the best design, the policies, the front of wafers, with the number of every point; or writes it ' +
    'as a self-contained HTML page, as PDF with vector figures, as Markdown with its figures and their numbers beside it, or as a ZIP of all of these with the ' +
    'report, the commands and how to cite. A report built in the workbench is taken by its number, or from a file. Of several runs the newest, unless another is named. A run that is still going can be looked at.',
  options: {
    run: { type: 'string', value: 'N', help: 'number of the run (the newest)' },
    output: { type: 'string', value: 'FILE', help: 'write the report here instead of the summary' },
    format: { type: 'string', value: reportFormats.join('|'), help: 'what to write (html)' },
    template: { type: 'string', value: templateNames.join('|'), help: 'what the report is of (run)' },
    points: { type: 'string', value: '3,7', help: 'the points of the template comparison, the first as the baseline' },
    spec: { type: 'string', value: 'F.json', help: 'a report as blocks, in the place of a template' },
    document: { type: 'string', value: 'N', help: 'number of a report in the project, in the place of a template' }
  },
  mostPositionals: 1,
  run: report
}
