import { chartThemes } from './charts/chart-theme.ts'
import { comparePoints, comparisonTables } from './comparison.ts'
import { describeMapping } from './describe-mapping.ts'
import type { Block, Fact, ReportDocument, Section, Table } from './document.ts'
import { bestPerSource, pointName, type ExplorationRecord } from './exploration-record.ts'
import type { Figure } from './figure.ts'
import { figureOf } from './figure-of.ts'
import { figureLink, figureSource } from './figure-source.ts'
import * as format from '../format/format-quantity.ts'
import { shownHash } from './last-shown.ts'
import { parseMarkdown, plainText } from './markdown-text.ts'
import { provenanceFacts, readingNotes } from './provenance-facts.ts'
import { provenanceTable } from './provenance-table.ts'
import type { ReportMaterial } from './report-material.ts'
import type { ReportBlock, ReportSpec } from './report-spec.ts'
import type { StoredPoint } from './run-record.ts'
import { headline, resultBlocks } from './run-summary.ts'
import { countedSentence, frontTable, memoryTable, policyTable, timeTable, verdictTable } from './sections.ts'
import { waferBlocks } from './wafer-blocks.ts'

/** A block of a report with what it shows now. */
export interface BuiltBlock {
  readonly key: string
  readonly blocks: readonly Block[]
  readonly figures: readonly Figure[]
  /** Why it cannot be shown, where it cannot. */
  readonly stale: string | undefined
}

const shown = (key: string, blocks: readonly Block[], figures: readonly Figure[] = []): BuiltBlock => ({
  key,
  blocks,
  figures,
  stale: undefined
})
const gone = (key: string, stale: string): BuiltBlock => ({ key, blocks: [], figures: [], stale })
const noPoint = (key: string, id: number): BuiltBlock => gone(key, `Point ${id} is not in this project any more.`)
const noRun = (key: string, id: number): BuiltBlock => gone(key, `Run ${id} is not in this project any more.`)

/** The numbers that sum a point up. */
export const pointFacts = (point: StoredPoint): Fact[] => [
  { name: 'Point', value: `${point.id}`, note: pointName(point) },
  { name: 'Throughput', value: format.formatThroughput_tokensPerSecond(point.evaluation.tokensPerSecond) },
  { name: 'Step time', value: format.formatTime_s(point.evaluation.iterationTime_s) },
  { name: 'Model FLOP utilization', value: format.formatShare(point.evaluation.mfu) },
  {
    name: 'Peak memory per die',
    value: format.formatBytes_B(point.evaluation.memory_B.peak),
    note: `of ${format.formatBytes_B(point.evaluation.memory_B.capacity)}`
  },
  { name: 'Power', value: format.formatRange(point.evaluation.power_W, format.formatPower_W) },
  ...(point.area_mm2 === undefined ? [] : [{ name: 'Wafer area', value: format.formatArea_mm2(point.area_mm2) }]),
  ...(point.cost_usd === undefined
    ? []
    : [{ name: 'Cost of a good wafer', value: format.formatCost_usd(point.cost_usd) }]),
  { name: 'Chip', value: point.chip.title || point.chip.name }
]

function tableOf(kind: (ReportBlock & { kind: 'table' })['table'], record: ExplorationRecord): Table {
  switch (kind) {
    case 'policies':
      return policyTable(record)
    case 'front':
      return frontTable(record)
    case 'time':
      return timeTable(bestPerSource(record).slice(0, 6))
    case 'memory':
      return memoryTable(bestPerSource(record).slice(0, 6))
    case 'limits':
      return verdictTable(record.verdicts)
    case 'numbers':
      return {
        caption: 'What the run says of its best design',
        columns: [{ title: 'Quantity' }, { title: 'Value', numeric: true }],
        rows: (record.best ? pointFacts(record.best) : []).map(({ name, value }) => [{ text: name }, { text: value }])
      }
  }
}

function passageOf(kind: (ReportBlock & { kind: 'passage' })['passage'], record: ExplorationRecord): readonly Block[] {
  switch (kind) {
    case 'headline':
      return [{ kind: 'facts', facts: headline(record), headline: true }]
    case 'result':
      return resultBlocks(record)
    case 'wafer':
      return waferBlocks(record)
    case 'counted':
      return [{ kind: 'paragraph', text: countedSentence() }]
    case 'chip':
      return [{ kind: 'table', table: provenanceTable(record.best?.chip ?? record.run.inputs.chip) }]
    case 'notes':
      return [readingNotes(record)]
  }
}

/** What a block whose source is gone shows: what it last showed, where that was kept, and that it is stale. */
function withLastShown(block: ReportBlock, { key, stale }: BuiltBlock, material: ReportMaterial): BuiltBlock {
  const last = material.lastShown?.(shownHash(block))
  const way = last
    ? 'This block is stale: it keeps what it last showed.'
    : 'This block is stale: choose another source, or take it out.'
  const text = `${stale} ${way}`
  const caption = block.kind === 'figure' ? block.caption : undefined
  const kept = (last?.blocks ?? []).map((one) =>
    one.kind === 'chart' && caption !== undefined ? { ...one, caption } : one
  )
  return { key, blocks: [{ kind: 'notice', text }, ...kept], figures: last?.figures ?? [], stale: text }
}

/** What a block shows now. Pure: the same block and material give the same. */
export function buildBlock(block: ReportBlock, material: ReportMaterial): BuiltBlock {
  const built = shownNow(block, material)
  return built.stale === undefined ? built : withLastShown(block, built, material)
}

function shownNow(block: ReportBlock, material: ReportMaterial): BuiltBlock {
  const { key } = block
  switch (block.kind) {
    case 'text':
      return shown(key, [{ kind: 'text', text: parseMarkdown(block.text) }])
    case 'facts': {
      const point = material.point(block.point)
      return point ? shown(key, [{ kind: 'facts', facts: pointFacts(point) }]) : noPoint(key, block.point)
    }
    case 'passage': {
      const record = material.run(block.run)
      return record ? shown(key, passageOf(block.passage, record)) : noRun(key, block.run)
    }
    case 'table': {
      const record = material.run(block.run)
      return record ? shown(key, [{ kind: 'table', table: tableOf(block.table, record) }]) : noRun(key, block.run)
    }
    case 'figure': {
      const figure = figureOf(block.figure, material, chartThemes.print)
      if (!figure) return gone(key, `The ${block.figure.figure} figure has no run or points to show.`)
      const href = figureLink(block.figure, material)
      const source = { text: figureSource(block.figure, material), ...(href !== undefined && { href }) }
      const caption = block.caption ?? `${figure.title}.`
      return shown(key, [{ kind: 'chart', chart: figure.name, caption, source }], [figure])
    }
    case 'mapping': {
      const point = material.point(block.point)
      return point
        ? shown(key, describeMapping(point.mapping, point.evaluation, point.chip.kind))
        : noPoint(key, block.point)
    }
    case 'comparison': {
      const points = block.points.map((id) => ({ id, point: material.point(id) }))
      const missing = points.find(({ point }) => point === undefined)
      if (missing) return noPoint(key, missing.id)
      const comparison = comparePoints(points.map(({ id, point }) => ({ name: `#${id}`, point: point! })))
      return shown(key, [
        ...comparison.warnings.map((text) => ({ kind: 'notice' as const, text })),
        ...comparisonTables(comparison).map((table) => ({ kind: 'table' as const, table }))
      ])
    }
    case 'provenance': {
      const record = material.run(block.run)
      return record ? shown(key, [{ kind: 'facts', facts: provenanceFacts(record) }]) : noRun(key, block.run)
    }
  }
}

export interface BuiltReport {
  readonly document: ReportDocument
  /** Each once, by name. */
  readonly figures: readonly Figure[]
  /** Of blocks that cannot be shown: key and reason. */
  readonly stale: readonly { readonly key: string; readonly reason: string }[]
}

/** A whole report: a heading of a text begins a section; the blocks after it belong to that. */
export function buildReport(spec: ReportSpec, material: ReportMaterial): BuiltReport {
  const built = spec.blocks.map((block) => buildBlock(block, material))
  const sections: { id: string; title: string; blocks: Block[] }[] = []
  const current = () => {
    if (sections.length === 0) sections.push({ id: 'section-1', title: 'Report', blocks: [] })
    return sections.at(-1)!.blocks
  }
  for (const block of built.flatMap(({ blocks }) => blocks)) {
    if (block.kind !== 'text') {
      current().push(block)
      continue
    }
    for (const text of block.text) {
      if (text.kind === 'heading' && text.level <= 2)
        sections.push({ id: `section-${sections.length + 1}`, title: plainText(text.spans), blocks: [] })
      else current().push({ kind: 'text', text: [text] })
    }
  }
  return {
    document: {
      title: spec.title,
      subtitle: material.project.name,
      sections: sections as Section[]
    },
    figures: [...new Map(built.flatMap(({ figures }) => figures).map((figure) => [figure.name, figure])).values()],
    stale: built.flatMap(({ key, stale }) => (stale === undefined ? [] : [{ key, reason: stale }]))
  }
}
