import { bestPerSource, isPolicy, type ExplorationRecord } from './exploration-record.ts'
import { escapeMarkdown } from './markdown.ts'
import type { BlockDraft, passageKinds, ReportBlock, ReportSpec } from './report-spec.ts'
import { subtitle } from './run-summary.ts'
import { defectsOfRun } from './wafer-blocks.ts'

export const templateNames = ['run', 'comparison', 'chip'] as const
export type TemplateName = (typeof templateNames)[number]

const spec = (title: string, blocks: readonly BlockDraft[]): ReportSpec => ({
  title,
  blocks: blocks.map((block, at) => ({ ...block, key: `b${at + 1}` }) as ReportBlock)
})
const text = (words: string): BlockDraft => ({ kind: 'text', text: words })

const MOST_BARS = 6

const passage = (kind: (typeof passageKinds)[number], run: number): BlockDraft => ({
  kind: 'passage',
  passage: kind,
  run
})

/** What one run found: its best design, the policies, the front, where time and memory go, the mapping, the chip with its limits. */
export function runTemplate(record: ExplorationRecord): ReportSpec {
  const { run, best } = record
  const ranked = bestPerSource(record).slice(0, MOST_BARS)
  const rival = ranked.find(isPolicy)
  const points = ranked.map(({ id }) => id)
  const hasFront = record.points.some(({ onFront }) => onFront)
  const hasRivals = points.length > 0 || run.failedPolicies.length > 0
  return spec(`${run.inputs.model.name} on ${run.inputs.chip.title || run.inputs.chip.name}`, [
    text(`## Result\n\n${escapeMarkdown(subtitle(record))}`),
    passage('headline', run.id),
    passage('result', run.id),
    ...(defectsOfRun(record) ? [text('## The wafer as it is'), passage('wafer', run.id)] : []),
    ...(hasRivals
      ? [
          text('## Ours and the policies of others'),
          { kind: 'figure' as const, figure: { figure: 'policies' as const, run: run.id } },
          { kind: 'table' as const, table: 'policies' as const, run: run.id },
          passage('counted', run.id)
        ]
      : []),
    ...(best && rival && rival.id !== best.id
      ? [
          text('### From the best policy to ours'),
          { kind: 'figure' as const, figure: { figure: 'waterfall' as const, from: rival.id, to: best.id } }
        ]
      : []),
    ...(hasFront
      ? [
          text('## The front of designs'),
          { kind: 'figure' as const, figure: { figure: 'front' as const, run: run.id } },
          { kind: 'table' as const, table: 'front' as const, run: run.id }
        ]
      : []),
    ...(points.length > 0
      ? [
          text('## Where the time and the memory go'),
          { kind: 'figure' as const, figure: { figure: 'time' as const, points } },
          { kind: 'table' as const, table: 'time' as const, run: run.id },
          { kind: 'figure' as const, figure: { figure: 'memory' as const, points, misfits: true as const } },
          { kind: 'table' as const, table: 'memory' as const, run: run.id }
        ]
      : []),
    ...(best
      ? [
          text('## The mapping of the best design'),
          ...(best.chip.kind === 'wafer'
            ? [{ kind: 'figure' as const, figure: { figure: 'wafer' as const, point: best.id } }]
            : []),
          { kind: 'mapping' as const, point: best.id }
        ]
      : []),
    text('## The chip'),
    { kind: 'table', table: 'limits', run: run.id },
    passage('chip', run.id),
    text('## Provenance'),
    { kind: 'provenance', run: run.id },
    text('## How to read the numbers'),
    passage('notes', run.id)
  ])
}

/** Points side by side, the first as the baseline. */
export function comparisonTemplate(points: readonly number[], runs: readonly number[]): ReportSpec {
  const [first = 0, ...others] = points
  return spec(`Comparison of points ${points.join(', ')}`, [
    text('## Numbers'),
    { kind: 'comparison', points: [...points] },
    text('## Why one is faster'),
    ...others.map((to): BlockDraft => ({ kind: 'figure', figure: { figure: 'waterfall', from: first, to } })),
    text('## Where the time and the memory go'),
    { kind: 'figure', figure: { figure: 'time', points: [...points] } },
    { kind: 'figure', figure: { figure: 'memory', points: [...points] } },
    text('## On the wafer'),
    ...points.map((point): BlockDraft => ({ kind: 'figure', figure: { figure: 'wafer', point } })),
    text('## Provenance'),
    ...runs.map((run): BlockDraft => ({ kind: 'provenance', run }))
  ])
}

/** What is known of the chip of a run's best design. */
export function chipTemplate({ run, best }: ExplorationRecord): ReportSpec {
  const chip = best?.chip ?? run.inputs.chip
  return spec(`${chip.title || chip.name}: datasheet`, [
    text('## What it does'),
    ...(best
      ? [
          { kind: 'facts' as const, point: best.id },
          { kind: 'figure' as const, figure: { figure: 'wafer' as const, point: best.id } }
        ]
      : [text('No kept design fits this chip.')]),
    text('## Limits and how far it is from them'),
    { kind: 'table', table: 'limits', run: run.id },
    text('## Number by number'),
    passage('chip', run.id),
    text('## Provenance'),
    { kind: 'provenance', run: run.id }
  ])
}
