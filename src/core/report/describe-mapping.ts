import type { ChipSpec } from '../chip/chip-spec.ts'
import type { AxisRole, Mapping, Plan } from '../mapping/mapping.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { cell, columns, type Block, type Table } from './document.ts'
import { counted } from '../format/counted.ts'
import { formatBytes_B, formatTime_s } from '../format/format-quantity.ts'
import { scheduleWords } from './field-words.ts'

const roleWords: Readonly<Record<AxisRole | 'hidden', string>> = {
  replicated: 'replicated',
  batch: 'split by sequence of the batch',
  sequence: 'split by token',
  output: 'split by output column',
  reduction: 'split by reduction',
  head: 'split by head',
  expert: 'split by expert',
  hidden: 'split by hidden column',
  'batch-streamed': 'batch split, weights streamed',
  'sequence-streamed': 'tokens split, weights streamed'
}

/** How collectives run: the closed form of `best` knows two ways, routed levels all; behind switches the gene is not heard. */
function collectivesWords(gene: Mapping['collectives'], kind: ChipSpec['kind']): string {
  if (kind === 'cluster')
    return `the measured ring behind switches${gene === 'best' ? '' : `, where the mapping's ‘${gene}’ changes nothing`}`
  return gene === 'best'
    ? 'for each message the faster of ring and trees by closed form, the fastest algorithm where links are simulated'
    : gene
}

/** The shape of a mapping in a sentence or two. @param kind of the chip that it is on */
export function mappingSentence(mapping: Mapping, kind: ChipSpec['kind']): string {
  const { region, schedule, stages } = mapping
  const virtual = schedule.virtualStages > 1 ? ` with ${schedule.virtualStages} virtual stages per region` : ''
  const helped = (mapping.helpers ?? []).map(([stage, helper]) => `stage ${stage}’s on stage ${helper}`)
  const helpers = helped.length > 0 ? ` What is offloaded waits on other stages: ${helped.join(', ')}.` : ''
  const experts = mapping.expertParallel > 1 ? `, experts spread over ${mapping.expertParallel} replicas` : ''
  return (
    `${counted(mapping.dataParallel, 'replica')} of a pipeline of ${counted(stages.length, 'stage')}${experts}; each stage runs on ` +
    `${region.rows} × ${region.columns} dies. Schedule ${scheduleWords[schedule.name]}${virtual}, ` +
    `${counted(mapping.microBatch, 'sequence')} per micro-batch, ZeRO stage ${mapping.zeroStage}, ` +
    `collectives: ${collectivesWords(mapping.collectives, kind)}.${helpers}`
  )
}

/** Mesh axes of a region in words: x and y, or their parts x0, x1, … where the region cuts them. */
const axisWords = (axis: string): string =>
  axis.startsWith('x') ? `Along the columns (${axis})` : axis.startsWith('y') ? `Along the rows (${axis})` : axis

/** What becomes of each operator of a plan along each mesh axis of its region; an axis without a role has one die. */
export function planTable(name: string, plan: Plan): Table {
  const layouts: [string, Readonly<Record<string, AxisRole | 'hidden'>>][] = [
    ['residual stream', plan.residual],
    ...Object.entries(plan.operators)
  ]
  const axes = [...new Set(layouts.flatMap(([, layout]) => Object.keys(layout)))].sort()
  return {
    caption: `Layouts of plan ‘${name}’`,
    columns: columns('Operator', ...axes.map(axisWords)),
    rows: layouts.map(([operator, layout], index) => [
      cell(operator, index === 0 ? 'strong' : undefined),
      ...axes.map((axis) => {
        const role = layout[axis]
        return role === undefined
          ? cell('—', 'quiet')
          : cell(roleWords[role], role === 'replicated' ? 'quiet' : undefined)
      })
    ])
  }
}

/** A plan's name mostly begins with that of its class, as `dense-A`; then it says both. */
const layersOf = (stage: Mapping['stages'][number]): string =>
  stage.layers
    .map(({ count, class: name, plan }) => `${count} ${plan.startsWith(name) ? plan : `${name} (${plan})`}`)
    .join(' + ')

/** The stages with their time and memory; neighbours that read alike share a row. */
export function stageTable(mapping: Mapping, evaluation: Pick<Evaluation, 'stages'>): Table {
  const rows = evaluation.stages.map((stage, index) => ({
    first: stage.stage,
    last: stage.stage,
    texts: [
      mapping.stages[index] ? layersOf(mapping.stages[index]) : String(stage.layers),
      String(stage.dies),
      formatTime_s(stage.microBatchTime_s.forward),
      formatTime_s(stage.microBatchTime_s.backward),
      formatTime_s(stage.microBatchTime_s.recompute),
      formatTime_s(stage.time_s),
      formatBytes_B(stage.memory_B.peak)
    ]
  }))
  const merged: typeof rows = []
  for (const row of rows) {
    const before = merged.at(-1)
    if (before && before.texts.join('|') === row.texts.join('|')) before.last = row.last
    else merged.push({ ...row })
  }
  return {
    caption: 'Pipeline stages; times per micro-batch except the last',
    columns: columns(
      'Stage',
      'Layers',
      '#Dies',
      '#Forward',
      '#Backward',
      '#Recompute',
      '#Busy per step',
      '#Peak per die'
    ),
    rows: merged.map(({ first, last, texts }) => [
      cell(first === last ? String(first) : `${first}–${last}`),
      ...texts.map((text) => cell(text))
    ])
  }
}

/** A mapping for people: a sentence, the layouts of each plan, what is recomputed, the stages, and the gene itself. */
export function describeMapping(mapping: Mapping, evaluation: Evaluation, kind: ChipSpec['kind']): Block[] {
  const plans = Object.entries(mapping.plans).flatMap(([name, plan]): Block[] => [
    { kind: 'table', table: planTable(name, plan) },
    {
      kind: 'paragraph',
      text:
        plan.recompute.length > 0
          ? `Recomputed in the backward pass instead of kept: ${plan.recompute.join(', ')}.`
          : 'Nothing is recomputed: every stored tensor is kept.'
    }
  ])
  return [
    { kind: 'paragraph', text: mappingSentence(mapping, kind) },
    ...plans,
    { kind: 'table', table: stageTable(mapping, evaluation) },
    { kind: 'source', title: 'The mapping as JSON (tmac.mapping/1)', text: JSON.stringify(mapping, null, 1) }
  ]
}
