import { chipSection } from './chip-section.ts'
import type { Fact, ReportDocument, Section } from './document.ts'
import { bestPerSource, isPolicy, pointName, wafersRemark, type ExplorationRecord } from './exploration-record.ts'
import * as format from './format-quantity.ts'
import { notesSection, provenanceSection } from './provenance-section.ts'
import * as section from './sections.ts'
import { waferSection } from './wafer-section.ts'

/** What was asked, in a line. */
export const subtitle = ({ run: { inputs, createdAt } }: ExplorationRecord): string =>
  `Global batch ${inputs.training.globalBatch} sequences of ${inputs.training.sequenceLength} tokens · ` +
  `objective ${inputs.objective} · ${createdAt.slice(0, 10)}`

/** The numbers that sum a run up. */
export function headline(record: ExplorationRecord): Fact[] {
  const { best } = record
  if (!best) return [{ name: 'Best design', value: record.run.status === 'running' ? 'none yet' : 'none fits' }]
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
            value: format.formatShare(record.run.certificate.gap),
            note: `binding: ${record.run.certificate.binding}`
          }
        ]
      : [])
  ]
}

function summarySection(record: ExplorationRecord): Section {
  const { best, run } = record
  const found = best
    ? `The best design is point ${best.id} (${pointName(best)}) on ‘${best.chip.name}’, found among ${run.pointCount} kept points.`
    : `No kept point fits the chip. ${run.failure ?? run.failedPolicies[0]?.reason ?? ''}`
  const state =
    run.status === 'finished'
      ? ''
      : ` The run is ${run.status}${run.failure ? ` (${run.failure})` : ''}: results are partial.`
  const wafers = wafersRemark(record)
  return {
    id: 'summary',
    title: 'Result',
    blocks: [
      { kind: 'paragraph', text: found.trim() + state },
      ...(best ? section.certificateBlocks(record) : []),
      ...(wafers === undefined ? [] : [{ kind: 'paragraph' as const, text: `${wafers}.` }])
    ]
  }
}

/**
 * The report of one run as data: summary with certificate, policies, front, breakdowns, mapping, chip with verdicts and sources, provenance,
 * notes. Pure: the same record gives the same document.
 */
export function explorationReport(record: ExplorationRecord): ReportDocument {
  const { best, run } = record
  const compared = record.points.some((point) => point.evaluation.feasible)
  const hasFront = record.points.some((point) => point.onFront)
  return {
    title: `${run.inputs.model.name} on ${run.inputs.chip.title || run.inputs.chip.name}`,
    subtitle: subtitle(record),
    headline: headline(record),
    sections: [
      summarySection(record),
      ...waferSection(record),
      ...(compared || run.failedPolicies.length > 0 ? [section.policySection(record)] : []),
      ...(hasFront ? [section.frontSection(record)] : []),
      ...(compared ? [section.breakdownSection(record)] : []),
      ...(best ? [section.mappingSection(best)] : []),
      chipSection(best?.chip ?? run.inputs.chip, record.verdicts),
      provenanceSection(record),
      notesSection(record)
    ]
  }
}
