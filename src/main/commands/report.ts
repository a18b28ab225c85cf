import { resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { openProject } from '../projects/open-project.ts'
import { explorationRecord } from '../report/exploration-record.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { exitCodes, type Command, type CommandContext, type ExitCode, type Invocation } from './command.ts'
import { summaryText } from './explore/summary.ts'
import { textOption, wholeOption } from './option-values.ts'
import { writeRunReport } from './report/write-run-report.ts'

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
  const record = explorationRecord(store, wholeOption(values, 'run') ?? newestRun(store, project))
  const { run, points, best } = record
  const output = textOption(values, 'output')
  if (output !== undefined) await writeRunReport(record, output, cwd)
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
  usage: ['F.tmac [--run N] [--output F.html] [--json]'],
  description:
    'Tells what a run of a project found: the best design, the policies, the front of wafers, with the number of every point; or writes it ' +
    'as a self-contained HTML page. Of several runs the newest, unless another is named. A run that is still going can be looked at.',
  options: {
    run: { type: 'string', value: 'N', help: 'number of the run (the newest)' },
    output: { type: 'string', value: 'F.html', help: 'write the page here instead of the summary' }
  },
  mostPositionals: 1,
  run: report
}
