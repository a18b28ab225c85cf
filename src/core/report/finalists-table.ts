import type { FinalistFindings, Findings, WaferBoundFindings } from '../search/exploration.ts'
import { simulatorLevels, type SimulatorLevel } from '../simulator/evaluation.ts'
import { cell, columns, type Block, type Table } from './document.ts'
import { formatCount, formatNumber } from '../format/format-number.ts'
import { formatShare } from '../format/format-quantity.ts'

/** Units of what objectives count, and whether it is told as it counts or turned around. */
const units = {
  throughput: ['tokens/s', 1],
  energy: ['J per step', -1],
  'throughput-per-watt': ['tokens/J', 1],
  'throughput-per-cost': ['tokens/s/USD', 1]
} as const

const levelNames: Readonly<Record<SimulatorLevel, string>> = {
  analytic: 'closed forms',
  fluid: 'links shared',
  event: 'event by event'
}

/** The best wafers at every level that looked at them. */
export function finalistsTable({ wafers, objective }: FinalistFindings): Table {
  const [unit, sign] = units[objective]
  return {
    caption: `The best wafers at deeper levels, ${unit}; best first`,
    columns: columns('Wafer', ...simulatorLevels.map((level) => `#By ${levelNames[level]}`)),
    rows: wafers.map(({ label, scores }, index) => [
      cell(label, index === 0 ? 'strong' : undefined),
      ...simulatorLevels.map((level) =>
        scores[level] === undefined ? cell('—', 'quiet') : cell(formatNumber(sign * scores[level]))
      )
    ])
  }
}

/** What deeper levels make of the wafer that is best by closed forms. */
export function finalistsSentence({ wafers, objective, analyticWinner, ...changes }: FinalistFindings): string {
  const [unit, sign] = units[objective]
  const best = wafers[0]!
  const value = (scores: (typeof best)['scores']): string =>
    scores.event === undefined ? 'does not fit' : `${formatNumber(sign * scores.event)} ${unit}`
  if (!changes.winnerChanged) {
    const { fluid, event } = changes.orderChanged
    return `${best.label} is best at every level; ${fluid || event ? 'the order behind it changes' : 'the order of the others stays'}.`
  }
  return (
    `The order changes: event by event ${best.label} is best (${value(best.scores)}), by closed forms ` +
    `${analyticWinner.label} is, which reaches ${value(analyticWinner.scores)} there.`
  )
}

/** How many wafers came to each rung, from cheap to dear. */
export const rungsSentence = ({ rungs }: Pick<Findings, 'rungs'>): string | undefined =>
  rungs && rungs.map(({ name, wafers }) => `${name} ${formatCount(wafers)}`).join(' → ')

/** What no wafer that was looked at surpasses, and what that rests on. */
export function waferBoundSentence({ objective, most, gap, searched, left }: WaferBoundFindings): string {
  const [unit, sign] = units[objective]
  const reach = sign > 0 ? 'reaches more than' : 'needs less than'
  const wafers = (count: number): string => `${formatCount(count)} ${count === 1 ? 'wafer' : 'wafers'}`
  return (
    `By closed forms no wafer that was looked at ${reach} ${formatNumber(sign * most)} ${unit}, whatever its mapping: the best of them is within ${formatShare(gap)} of that. ` +
    `${wafers(searched)} ${searched === 1 ? 'was' : 'were'} searched for the bounds alone` +
    (left > 0 ? `; ${wafers(left)} more might be better by theirs.` : '; no other might be better by its own.')
  )
}

/** How wafers came to be chosen, rung by rung. */
export function finalistBlocks(findings: Findings): Block[] {
  const rungs = rungsSentence(findings)
  const { finalists, waferBound } = findings
  return [
    ...(rungs === undefined ? [] : [{ kind: 'paragraph' as const, text: `Wafers that came to each rung: ${rungs}.` }]),
    ...(waferBound ? [{ kind: 'paragraph' as const, text: waferBoundSentence(waferBound) }] : []),
    ...(finalists
      ? [
          { kind: 'paragraph' as const, text: finalistsSentence(finalists) },
          { kind: 'table' as const, table: finalistsTable(finalists) }
        ]
      : [])
  ]
}
