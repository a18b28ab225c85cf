import { nothingFound } from './nothing-found.ts'
import { bindingWords } from './categories.ts'
import { formatCount } from '../format/format-number.ts'
import type { Block, Fact } from './document.ts'
import { bestPerSource, isPolicy, pointName, wafersRemark, type ExplorationRecord } from './exploration-record.ts'
import type { Findings } from '../search/exploration.ts'
import { workloadsOf } from '../search/point-source.ts'
import * as format from '../format/format-quantity.ts'
import { familyBlocks } from './family-table.ts'
import { finalistBlocks } from './finalists-table.ts'
import { robustBlocks } from './robust-table.ts'
import { certificateBlocks } from './sections.ts'

/** What was asked, in a line. */
export const subtitle = ({ run: { inputs, createdAt } }: ExplorationRecord): string =>
  workloadsOf(inputs)
    .map(({ model, training: { globalBatch, sequenceLength } }, _index, { length }) => {
      const named = length > 1 ? `${model.name}: g` : 'G'
      return `${named}lobal batch ${formatCount(globalBatch)} sequences of ${formatCount(sequenceLength)} tokens · `
    })
    .join('') + `objective ${inputs.objective} · ${createdAt.slice(0, 10)}`

/** The numbers that sum a run up. */
export function headline(record: ExplorationRecord): Fact[] {
  const { best } = record
  if (!best) return [{ name: 'Best design', value: nothingFound(record.run).fact }]
  const { evaluation } = best
  const rivals = bestPerSource(record).filter(isPolicy)
  const rival = rivals[0]
  const ours = bestPerSource(record).find((point) => !isPolicy(point))
  return [
    {
      name: 'Throughput',
      value: format.formatThroughput_tokensPerSecond(evaluation.tokensPerSecond),
      note: `${format.formatShare(evaluation.mfu)} of peak in model FLOPs`
    },
    { name: 'Step time', value: format.formatTime_s(evaluation.iterationTime_s) },
    {
      name: 'Peak memory per die',
      value: format.formatBytes_B(evaluation.memory_B.peak),
      note: `of ${format.formatBytes_B(evaluation.memory_B.capacity)}`
    },
    { name: 'Power', value: format.formatRange(evaluation.power_W, format.formatPower_W) },
    ...(rival && ours
      ? [
          {
            name: 'Against the best policy',
            value: format.formatRatio(ours.evaluation.tokensPerSecond / rival.evaluation.tokensPerSecond),
            note: `${pointName(rival)}, same chip`
          }
        ]
      : []),
    ...(record.run.certificate
      ? [
          {
            name: 'Certified gap',
            value: format.formatGap(record.run.certificate.gap),
            note: `bound by ${bindingWords(record.run.certificate.binding)}`
          }
        ]
      : [])
  ]
}

/** What a run found of its wafers: for all workloads together, at deeper levels, however they turn out. */
export const findingBlocks = (findings: Findings): Block[] => [
  ...(findings.family ? familyBlocks(findings.family) : []),
  ...finalistBlocks(findings),
  ...(findings.robust ? robustBlocks(findings.robust) : [])
]

/** What a run found, what is proved about it, and what became of its wafers. */
export function resultBlocks(record: ExplorationRecord): Block[] {
  const { best, run } = record
  const found = best
    ? `The best design is point ${best.id} (${pointName(best)}) on ‘${best.chip.title || best.chip.name}’, found among ${run.pointCount} kept points.`
    : nothingFound(run).sentence
  const state =
    run.status === 'finished'
      ? ''
      : ` The run is ${run.status}${run.failure ? ` (${run.failure})` : ''}: results are partial.`
  const wafers = wafersRemark(record)
  return [
    { kind: 'paragraph', text: found + state },
    ...(best ? certificateBlocks(record) : []),
    ...(run.findings ? findingBlocks(run.findings) : []),
    ...(wafers === undefined ? [] : [{ kind: 'paragraph' as const, text: `${wafers}.` }])
  ]
}
