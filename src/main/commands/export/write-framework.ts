import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deepspeed } from '../../../core/frameworks/deepspeed/deepspeed.ts'
import { deepspeedConfig } from '../../../core/frameworks/deepspeed/write-config.ts'
import type { Framework } from '../../../core/frameworks/framework.ts'
import { frameworkExport, type FrameworkExport, type Loss } from '../../../core/frameworks/losses.ts'
import { megatron } from '../../../core/frameworks/megatron/megatron.ts'
import { megatronArguments } from '../../../core/frameworks/megatron/write-arguments.ts'
import { rankMap, rankMapCsv } from '../../../core/frameworks/rank-map.ts'
import { cell, columns, type Table } from '../../../core/report/document.ts'
import { formatCount } from '../../../core/report/format-number.ts'
import { formatBytes_B, formatTime_s, signedShare } from '../../../core/report/format-quantity.ts'
import { textTable } from '../../../core/report/tables.ts'
import type { Evaluation } from '../../../core/simulator/evaluation.ts'
import type { ModelSpec } from '../../../core/workload/model-spec.ts'
import type { TrainingSpec } from '../../../core/workload/training-spec.ts'
import { writeResultFolder } from '../../output/streamed-output.ts'
import type { GivenDesign } from './design-from-options.ts'
import type { TraceSource, Written } from './written.ts'

interface FrameworkFiles {
  readonly framework: Framework
  readonly file: string
  readonly write: (model: ModelSpec, training: TrainingSpec, setting: FrameworkExport['nearest']['setting']) => string
}

const files: Readonly<Record<'megatron' | 'deepspeed', FrameworkFiles>> = {
  megatron: { framework: megatron, file: 'arguments.sh', write: megatronArguments },
  deepspeed: { framework: deepspeed, file: 'deepspeed.json', write: deepspeedConfig }
}

export type FrameworkFormat = keyof typeof files

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

const figures = ({ iterationTime_s, memory_B, feasible, tokensPerSecond }: Evaluation) => ({
  iterationTime_s,
  tokensPerSecond,
  peakMemory_B: memory_B.peak,
  feasible
})

function summaryText({ nearest, design, exported, lost, relies }: FrameworkExport, title: string): string {
  const change = signedShare(exported.iterationTime_s / design.iterationTime_s - 1)
  const fit = exported.feasible ? '' : ', which does not fit'
  const relied = relies.map(({ on, cost_s }) => `  ${on}: else +${formatTime_s(cost_s)}\n`).join('')
  return (
    `The design takes ${formatTime_s(design.iterationTime_s)} per step; as ${title} can be told, ${formatTime_s(exported.iterationTime_s)} (${change}), ` +
    `${formatBytes_B(exported.memory_B.peak)} of ${formatBytes_B(exported.memory_B.capacity)} on the fullest die${fit}. ` +
    `${formatCount(nearest.mapping.dataParallel)} replicas.\n` +
    (lost.length > 0 ? `\n${textTable(lostTable(lost))}` : 'Nothing is lost.\n') +
    (relied === '' ? '' : `\nIt counts on\n${relied}`)
  )
}

/** Writes a design as a framework's own file, with the die of every rank and an account of what is lost. */
export function writeFramework(
  format: FrameworkFormat,
  { workload, machine, mapping }: GivenDesign,
  source: TraceSource,
  output: string,
  directory: string
): Written {
  const { framework, file, write } = files[format]
  const made = frameworkExport(framework, workload, machine, mapping)
  const { setting, group } = made.nearest
  const ranks = rankMap(made.nearest.mapping, group, setting.contextParallel)
  const account = {
    schema: 'tmac.framework-export/1',
    format,
    ...source,
    model: workload.model.name,
    training: workload.training,
    chip: machine.chip.name,
    design: figures(made.design),
    exported: figures(made.exported),
    lost: made.lost,
    countsOn: made.relies,
    setting
  }
  writeResultFolder(output, directory, (folder) => {
    writeFileSync(join(folder, file), write(workload.model, workload.training, setting))
    writeFileSync(join(folder, 'ranks.csv'), rankMapCsv(ranks))
    writeFileSync(join(folder, 'account.json'), `${JSON.stringify(account, null, 2)}\n`)
  })
  const { design, exported, lost, countsOn } = account
  return {
    summary: { files: [file, 'ranks.csv', 'account.json'], ranks: ranks.length, design, exported, lost, countsOn },
    message:
      `${framework.title}: ${join(output, file)}, ranks.csv (${formatCount(ranks.length)} ranks), account.json\n` +
      summaryText(made, framework.title)
  }
}
