import type { RobustFindings } from '../search/exploration.ts'
import { cell, columns, type Block, type Table } from './document.ts'
import { formatNumber } from '../format/format-number.ts'

/** The best wafers by what they reach however they turn out; how many scenarios each had, where not all had as many. */
export function robustTable({ wafers, unit, for: by }: RobustFindings): Table {
  const counts = new Set(wafers.map(({ scenarios }) => scenarios))
  const [count] = counts
  const alike = counts.size === 1
  return {
    caption: `Wafers in their ${alike ? `${count} ` : ''}scenarios, ${unit} with transfers sharing the links, 0 where nothing fits; best first by the ${by}`,
    columns: columns(
      'Wafer',
      '#Nominal',
      '#Mean',
      '#Worst',
      '#Best',
      'Worst in',
      ...(alike ? [] : ['#Scenarios']),
      '#Moved',
      '#Anew',
      '#Fail'
    ),
    rows: wafers.map((wafer, index) => [
      cell(wafer.label, index === 0 ? 'strong' : undefined),
      ...[wafer.nominal, wafer.mean, wafer.worst, wafer.best].map((value) => cell(formatNumber(value))),
      cell(wafer.worstScenario ?? '—'),
      ...[...(alike ? [] : [wafer.scenarios]), wafer.moved, wafer.searched].map((number) => cell(String(number))),
      cell(String(wafer.fails), wafer.fails > 0 ? 'bad' : undefined)
    ])
  }
}

/** What the robust winner reaches, and whether it is another than the one that is best as it is meant. */
export function robustSentence({ wafers, unit, for: by, changed, nominalWinner }: RobustFindings): string {
  const [first] = wafers
  const { label, nominal, mean, worst, worstScenario } = first!
  const other = changed ? `As they are meant ${nominalWinner} is best` : 'As they are meant the same wafer is best'
  const where = worstScenario === undefined ? '' : ` (${worstScenario})`
  return (
    `Best by the ${by} of ${first!.scenarios} scenarios: ${label}, nominally ${formatNumber(nominal)} ${unit}, ` +
    `on average ${formatNumber(mean)}, at worst ${formatNumber(worst)}${where}. ${other}.`
  )
}

export const robustBlocks = (robust: RobustFindings): Block[] => [
  { kind: 'paragraph', text: robustSentence(robust) },
  { kind: 'table', table: robustTable(robust) }
]
