import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { frameworkTitles, type FrameworkName } from '../../../core/frameworks/framework.ts'
import { frameworkFiles } from '../../../core/frameworks/framework-files.ts'
import type { FrameworkExport, Loss } from '../../../core/frameworks/losses.ts'
import { cell, columns, type Table } from '../../../core/report/document.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import { formatBytes_B, formatTime_s, signedShare } from '../../../core/format/format-quantity.ts'
import { textTable } from '../../../core/report/tables.ts'
import { writeResultFolder } from '../../output/streamed-output.ts'
import type { GivenDesign } from './design-from-options.ts'
import type { TraceSource, Written } from './written.ts'

/** What a line has room for; the account has all of it. */
const brief = (text: string): string => (text.length > 48 ? `${text.slice(0, 47)}…` : text)

const signed = (value: number | null, one: (value: number) => string): string =>
  value === null ? 'with the next' : `${value < 0 ? '−' : '+'}${one(Math.abs(value))}`

const lostTable = (lost: readonly Loss[]): Table => ({
  caption: 'Lost on the way, and what that costs',
  columns: columns('What', 'Design', 'Nearest', '#Step', '#Fullest die'),
  rows: lost.map((loss) => [
    cell(loss.gene),
    cell(brief(loss.design)),
    cell(brief(loss.nearest)),
    cell(signed(loss.cost_s, formatTime_s)),
    cell(signed(loss.peak_B, formatBytes_B))
  ])
})

function summaryText({ nearest, design, exported, lost, relies }: FrameworkExport, title: string): string {
  const change = signedShare(exported.iterationTime_s / design.iterationTime_s - 1)
  const fit = exported.feasible ? '' : ', which does not fit'
  const replicas = nearest.mapping.dataParallel
  const relied = relies.map(({ on, cost_s }) => `  ${on}: else +${formatTime_s(cost_s)}\n`).join('')
  return (
    `The design takes ${formatTime_s(design.iterationTime_s)} per step; as ${title} can be told, ${formatTime_s(exported.iterationTime_s)} (${change}), ` +
    `${formatBytes_B(exported.memory_B.peak)} of ${formatBytes_B(exported.memory_B.capacity)} on the fullest die${fit}. ` +
    `${formatCount(replicas)} ${replicas === 1 ? 'replica' : 'replicas'}.\n` +
    (lost.length > 0 ? `\n${textTable(lostTable(lost))}` : 'Nothing is lost.\n') +
    (relied === '' ? '' : `\nIt counts on\n${relied}`)
  )
}

/** Writes a design as a framework's own file, with the die of every rank and an account of what is lost. */
export function writeFramework(
  format: FrameworkName,
  { workload, machine, mapping }: GivenDesign,
  { program, command }: TraceSource,
  output: string,
  directory: string
): Written {
  const { files, ranks, made } = frameworkFiles(format, workload, machine, mapping, { program, command })
  writeResultFolder(output, directory, (folder) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  })
  const [own = ''] = Object.keys(files)
  const { design, exported, lost, relies } = made
  return {
    summary: {
      files: Object.keys(files),
      ranks,
      designTime_s: design.iterationTime_s,
      exportedTime_s: exported.iterationTime_s,
      feasible: exported.feasible,
      lost,
      countsOn: relies
    },
    message:
      `${frameworkTitles[format]}: ${join(output, own)}, ranks.csv (${formatCount(ranks)} ranks), account.json\n` +
      summaryText(made, frameworkTitles[format])
  }
}
