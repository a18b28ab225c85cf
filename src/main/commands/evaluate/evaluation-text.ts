import { defectFacts } from '../../../core/chip/defects/defect-facts.ts'
import { describeDefects } from '../../../core/chip/defects/describe-defects.ts'
import { regionDies } from '../../../core/mapping/region.ts'
import type { Evaluation } from '../../../core/simulator/evaluation.ts'
import type { Machine } from '../../../core/simulator/machine.ts'
import type { Workload } from '../../../core/workload/workload.ts'
import { memoryCategories, timeCategories } from '../../../core/report/categories.ts'
import { mappingSentence, stageTable } from '../../../core/report/describe-mapping.ts'
import { cell, columns, type Table } from '../../../core/report/document.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import * as format from '../../../core/format/format-quantity.ts'
import { textTable } from '../../../core/report/tables.ts'

const BAR = 30

const bar = (share: number): string => '█'.repeat(Math.round(Math.min(1, share) * BAR))

const shareRow = (name: string, value: string, part: number, whole: number) => [
  cell(name),
  cell(value),
  cell(part === 0 ? '—' : format.formatShare(part / whole)),
  cell(bar(part / whole))
]

const timeTable = ({ time_s, iterationTime_s }: Evaluation): Table => ({
  caption: 'Time of one step',
  columns: columns('', '#Time', '#Share', ''),
  rows: [
    ...timeCategories
      .filter(([key]) => time_s[key] !== 0)
      .map(([key, name]) => shareRow(name, format.formatTime_s(time_s[key]), time_s[key], iterationTime_s)),
    [cell('Iteration time'), cell(format.formatTime_s(iterationTime_s))]
  ]
})

const memoryTable = ({ memory_B }: Evaluation): Table => ({
  caption: 'Memory per die at the worst moment of the fullest stage, as a share of the capacity',
  columns: columns('', '#Bytes', '#Share', ''),
  rows: [
    ...memoryCategories.map(([key, name]) =>
      shareRow(name, format.formatBytes_B(memory_B[key]), memory_B[key], memory_B.capacity)
    ),
    shareRow('Peak', format.formatBytes_B(memory_B.peak), memory_B.peak, memory_B.capacity),
    [cell('Capacity'), cell(format.formatBytes_B(memory_B.capacity))]
  ]
})

const levelSentences: Record<Evaluation['level'], string> = {
  analytic: 'analytic: closed forms, links free of other traffic (see --level fluid, event)',
  fluid: "fluid: each phase's transfers share the links",
  event: 'event: every operator and transfer in time'
}

const actors = {
  die: 'every die',
  region: 'the dies of a stage of a replica as one',
  stage: 'the dies of a stage as one'
}

const simulationRemark = ({ simulation }: Evaluation): string => {
  if (!simulation) return ''
  const { resolution, foldedMicroBatches, foldedLayers } = simulation
  const folded = [
    ...(foldedMicroBatches > 0 ? [`${formatCount(foldedMicroBatches)} micro-batches`] : []),
    ...(foldedLayers > 0 ? [`${formatCount(foldedLayers)} passes through layers`] : [])
  ].join(' and ')
  return ` (${actors[resolution]}${folded && `; ${folded} repeat others`})`
}

function hotLinkFact({ hotLink }: Evaluation, { chip }: Machine): [string, string][] {
  if (!hotLink) return []
  const { from, to, utilisation, alike, worth_sPerGBps } = hotLink
  const where = `${from} → ${to}${alike > 1 ? ` and ${formatCount(alike - 1)} more` : ''}`
  const worth =
    worth_sPerGBps > 0
      ? `a GB/s more on ${chip.kind === 'cluster' ? 'every link of this kind' : alike > 1 ? 'each' : 'it'} saves ${format.formatTime_s(worth_sPerGBps)}`
      : 'more there saves nothing'
  return [['Hot link', `${where}: ${format.formatShare(utilisation)} used; ${worth}`]]
}

function waferFact({ chip, defects }: Machine): [string, string][] {
  if (!defects || chip.kind !== 'wafer') return []
  const told = describeDefects(defects.map, defectFacts(defects.map, chip))
  return [['Wafer', `${defects.map.name ?? 'with defects'}: ${told.join(' ')}`]]
}

/** Dies or devices that the mapping leaves without work. */
function idleFact({ dies, chip }: Machine, { mapping }: Evaluation): [string, string][] {
  const used = mapping.dataParallel * mapping.stages.length * regionDies(mapping.region)
  if (used >= dies) return []
  const noun = chip.kind === 'wafer' ? 'dies' : 'devices'
  return [['In use', `${formatCount(used)} of ${formatCount(dies)} ${noun}; the mapping leaves the others idle`]]
}

function headline({ workload, machine, evaluation }: Parts): string {
  const { training, model } = workload
  const { iterationTime_s, lowerBound } = evaluation
  const facts: [string, string][] = [
    ['Iteration time', format.formatTime_s(iterationTime_s)],
    ['Throughput', format.formatThroughput_tokensPerSecond(evaluation.tokensPerSecond)],
    ['Utilisation', `MFU ${format.formatShare(evaluation.mfu)}, HFU ${format.formatShare(evaluation.hfu)}`],
    [
      'Lower bound',
      `${format.formatTime_s(lowerBound.iterationTime_s)}, set by ${lowerBound.binding}; ` +
        `this step takes ${format.formatRatio(iterationTime_s / lowerBound.iterationTime_s)} as long`
    ],
    ['Energy per step', format.formatRange(evaluation.energy_J, format.formatEnergy_J)],
    ['Power', format.formatRange(evaluation.power_W, format.formatPower_W)],
    ...hotLinkFact(evaluation, machine),
    ['Level', `${levelSentences[evaluation.level]}${simulationRemark(evaluation)}`],
    ...waferFact(machine),
    ...idleFact(machine, evaluation),
    [
      'Step',
      `${formatCount(training.globalBatch)} × ${formatCount(training.sequenceLength)} tokens, ${training.attention} attention`
    ]
  ]
  const room = Math.max(...facts.map(([name]) => name.length)) + 2
  return (
    `${model.name} (${formatCount(workload.parameters)} parameters) on ${machine.chip.name}, ${formatCount(machine.dies)} ` +
    `${machine.chip.kind === 'wafer' ? 'dies' : 'devices'}: ${evaluation.feasible ? 'fits' : 'DOES NOT FIT'}\n` +
    facts.map(([name, value]) => `  ${name.padEnd(room)}${value}\n`).join('')
  )
}

interface Parts {
  readonly workload: Workload
  readonly machine: Machine
  readonly evaluation: Evaluation
}

/** An evaluation for a person at a terminal. */
export function evaluationText(parts: Parts): string {
  const { evaluation } = parts
  return [
    headline(parts),
    `${mappingSentence(evaluation.mapping, parts.machine.chip.kind)}\n`,
    textTable(timeTable(evaluation)),
    textTable(memoryTable(evaluation)),
    textTable(stageTable(evaluation.mapping, evaluation)),
    ...(evaluation.feasible
      ? []
      : [`Broken limits\n${evaluation.violations.map(({ message }) => `  ${message}\n`).join('')}`])
  ].join('\n')
}
