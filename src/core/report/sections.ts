import type { Verdict } from '../chip/verdict.ts'
import { countedBeside } from '../policies/counted-beside.ts'
import { bindingWords, memoryCategories, timeCategories } from './categories.ts'
import { cell, columns, type Block, type Cell, type Table } from './document.ts'
import { bestPerSource, type ExplorationRecord, isPolicy, misfitName, pointName } from './exploration-record.ts'
import { NOT_TRIED, type SharedLinks } from '../search/exploration.ts'
import { limitWords } from './field-words.ts'
import { workloadOfSource } from '../search/point-source.ts'
import type { ShadowPrices } from '../search/shadow-prices.ts'
import { shadowPricesSentence, shadowPricesTable } from './shadow-prices-table.ts'
import { formatCount, formatNumber } from '../format/format-number.ts'
import * as format from '../format/format-quantity.ts'
import { certificateSentence } from './certificate-sentence.ts'
import type { StoredPoint } from './run-record.ts'

const powerOf = (point: StoredPoint): string => format.formatRange(point.evaluation.power_W, format.formatPower_W)
const named = (point: StoredPoint): Cell => cell(pointName(point), isPolicy(point) ? undefined : 'strong')

/** Ours and every policy on the same chip, the ones that fit by throughput, then the ones that do not, with the reason. */
export function policyTable(record: ExplorationRecord): Table {
  const ranked = bestPerSource(record)
  const ours = ranked[0]?.evaluation.tokensPerSecond
  return {
    caption: 'Mappings of the same model on the same chip, scored by the same simulator',
    columns: columns(
      'Mapping',
      '#Tokens/s',
      '#Step time',
      '#MFU',
      '#Peak per die',
      '#Power',
      '#Ours is faster by',
      'Remark'
    ),
    rows: [
      ...ranked.map((point) => [
        named(point),
        cell(formatNumber(point.evaluation.tokensPerSecond)),
        cell(format.formatTime_s(point.evaluation.iterationTime_s)),
        cell(format.formatShare(point.evaluation.mfu)),
        cell(format.formatBytes_B(point.evaluation.memory_B.peak)),
        cell(powerOf(point)),
        cell(isPolicy(point) && ours ? format.formatRatio(ours / point.evaluation.tokensPerSecond) : '—'),
        cell(`point ${point.id}`, 'quiet')
      ]),
      ...record.run.failedPolicies
        .filter(({ policy }) => workloadOfSource(policy) === undefined)
        .map(({ policy, reason, evaluation }) => [
          cell(misfitName(policy)),
          reason === NOT_TRIED ? cell('not tried', 'quiet') : cell('does not fit', 'bad'),
          cell('—', 'quiet'),
          cell('—', 'quiet'),
          cell(evaluation ? format.formatBytes_B(evaluation.memory_B.peak) : '—', 'quiet'),
          cell('—', 'quiet'),
          cell('—', 'quiet'),
          cell(reason)
        ])
    ]
  }
}

/** The most rows of the front that a page shows; the project has them all. */
const frontRows = 40

export function frontTable(record: ExplorationRecord): Table {
  const front = record.points
    .filter((point) => point.onFront)
    .sort((a, b) => b.evaluation.tokensPerSecond - a.evaluation.tokensPerSecond || a.id - b.id)
  const shown = front.slice(0, frontRows)
  const [first] = record.run.findings?.family?.workloads ?? []
  const ofFirst = first ? ` of ‘${first.name}’` : ''
  const rest =
    front.length > shown.length ? `; the first ${shown.length} of ${front.length}, the project has the rest` : ''
  return {
    caption: `Designs that no other kept design beats in everything, by throughput${ofFirst}${rest}`,
    columns: columns('#Point', 'Design', '#Tokens/s', '#Power', '#Peak per die', '#Wafer area', '#Cost'),
    rows: shown.map((point) => [
      cell(String(point.id)),
      named(point),
      cell(formatNumber(point.evaluation.tokensPerSecond)),
      cell(powerOf(point)),
      cell(format.formatBytes_B(point.evaluation.memory_B.peak)),
      cell(point.area_mm2 === undefined ? '—' : format.formatArea_mm2(point.area_mm2)),
      cell(point.cost_usd === undefined ? '—' : format.formatCost_usd(point.cost_usd))
    ])
  }
}

export function timeTable(points: readonly StoredPoint[]): Table {
  return {
    caption: 'Where the time of one optimizer step goes; the rows sum to the last',
    columns: columns('', ...points.map((point) => `#${pointName(point)}`)),
    rows: [
      ...timeCategories.map(([key, name]) => [
        cell(name),
        ...points.map(({ evaluation: { time_s, iterationTime_s } }) =>
          time_s[key] === 0
            ? cell('—', 'quiet')
            : cell(`${format.formatTime_s(time_s[key])} (${format.formatShare(time_s[key] / iterationTime_s)})`)
        )
      ]),
      [
        cell('Iteration time', 'strong'),
        ...points.map(({ evaluation }) => cell(format.formatTime_s(evaluation.iterationTime_s), 'strong'))
      ]
    ]
  }
}

export function memoryTable(points: readonly StoredPoint[]): Table {
  const row = (name: string, bytes: (point: StoredPoint) => number, tone?: 'strong' | 'quiet'): Cell[] => [
    cell(name, tone),
    ...points.map((point) => cell(format.formatBytes_B(bytes(point)), tone))
  ]
  return {
    caption: 'Bytes per die at the worst moment of the fullest stage; categories sum to the peak',
    columns: columns('', ...points.map((point) => `#${pointName(point)}`)),
    rows: [
      ...memoryCategories.map(([key, name]) => row(name, ({ evaluation }) => evaluation.memory_B[key])),
      row('Peak', ({ evaluation }) => evaluation.memory_B.peak, 'strong'),
      row('Capacity', ({ evaluation }) => evaluation.memory_B.capacity, 'quiet')
    ]
  }
}

/** What the simulator counts of every policy and its authors do not. */
export const countedSentence = (): string =>
  `All are scored by one simulator, which counts more than their authors do. ${Object.values(countedBeside).join('. ')}.`

export const verdictTable = (verdicts: readonly Verdict[]): Table => ({
  caption: 'Limits of the chip and how far it is from them',
  columns: columns('Limit', '#Value', '#Allowed', '#Room', 'Verdict', 'Remark'),
  rows: verdicts.map(({ name, value, limit, unit, ok, waived, margin, message, fix }) => [
    cell(limitWords(name)),
    cell(format.formatIn(value, unit)),
    cell(limit === null ? '—' : format.formatIn(limit, unit), limit === null ? 'quiet' : undefined),
    cell(margin === null ? '—' : format.formatShare(margin), margin === null ? 'quiet' : undefined),
    waived ? cell('waived', 'quiet') : cell(ok ? 'kept' : 'broken', ok ? 'good' : 'bad'),
    cell(fix ? `${message}. ${fix}` : message)
  ])
})

/** What sharing the links does to the finalists of a search. */
export function sharedLinksSentence({ finalists, orderChanged, winnerChanged, ...times }: SharedLinks): string {
  const change = winnerChanged
    ? `another design is best than by closed forms, whose best takes ${format.formatTime_s(times.firstIterationTime_s)} so`
    : orderChanged
      ? 'the order behind the best changes'
      : 'their order stays'
  return `With transfers sharing the links (fluid level) it takes ${format.formatTime_s(times.iterationTime_s)}; of ${formatCount(finalists)} finalists ${change}.`
}

/** What is proved about the best design, and what the proof rests on. */
export function certificateBlocks({ run }: ExplorationRecord): Block[] {
  const { certificate } = run
  if (!certificate) {
    const text =
      run.status === 'running'
        ? 'The search is under way; what it proves is told when it ends.'
        : run.findings?.chosen
          ? 'Everybody chose a wafer here; what is proved of mappings is of one wafer, and is not asked for.'
          : 'The run ended before a bound was certified.'
    return [{ kind: 'paragraph', text }]
  }
  return [
    {
      kind: 'paragraph',
      text:
        `The best design takes ${format.formatTime_s(certificate.best_s)} per step. On this chip${run.findings?.family ? ', as a weighted geometric mean over all workloads' : ''}, ` +
        `${certificateSentence(certificate)}. What binds is ${bindingWords(certificate.binding)}.`
    },
    ...(certificate.sharedLinks
      ? [{ kind: 'paragraph' as const, text: sharedLinksSentence(certificate.sharedLinks) }]
      : []),
    ...(certificate.prices ? shadowPriceBlocks(certificate.prices) : [])
  ]
}

/** What a little more of everything is worth at the best wafer. */
function shadowPriceBlocks(prices: ShadowPrices): Block[] {
  const text = shadowPricesSentence(prices)
  return [
    { kind: 'table', table: shadowPricesTable(prices) },
    ...(text === undefined ? [] : [{ kind: 'paragraph' as const, text }])
  ]
}
