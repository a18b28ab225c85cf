import { policyTitle } from '../policies/policy-titles.ts'
import type { FamilyDesign, FamilyFindings } from '../search/exploration.ts'
import { cell, columns, type Block, type Cell, type Table } from './document.ts'
import { formatNumber } from '../format/format-number.ts'
import * as format from '../format/format-quantity.ts'

/** The most wafers that a page shows. */
const WAFERS = 40

const shared = ({ relative, power_W, cost_usd, peak_B }: FamilyDesign): Cell[] => [
  cell(format.formatShare(relative), 'strong'),
  cell(format.formatPower_W(power_W)),
  cell(format.formatBytes_B(peak_B)),
  cell(cost_usd === undefined ? '—' : format.formatCost_usd(cost_usd))
]

/** Every workload of a family on the given chip. */
export function familyMembersTable({ workloads, given }: FamilyFindings): Table {
  return {
    caption: 'Workloads on the given chip; relative is to the best known of each on any wafer of this exploration',
    columns: columns(
      'Workload',
      '#Weight',
      '#Tokens/s',
      '#Relative',
      '#Gap to its bound',
      'Best policy',
      '#Ours is faster by'
    ),
    rows: [
      ...workloads.map(({ name, weight, given: here }) => [
        cell(name),
        cell(format.formatShare(weight)),
        ...(here
          ? [
              cell(formatNumber(here.tokensPerSecond)),
              cell(format.formatShare(here.relative)),
              cell(format.formatShare(here.gap)),
              cell(here.rival ? policyTitle(here.rival.policy) : '—', here.rival ? undefined : 'quiet'),
              here.rival
                ? cell(format.formatRatio(here.tokensPerSecond / here.rival.tokensPerSecond))
                : cell('—', 'quiet')
            ]
          : [cell('no design', 'bad'), ...Array.from({ length: 4 }, () => cell('—', 'quiet'))])
      ]),
      ...(given
        ? [
            [
              cell('All, weighted geometric mean', 'strong'),
              cell(''),
              cell(''),
              cell(format.formatShare(given.relative), 'strong'),
              cell(format.formatShare(given.gap)),
              cell(''),
              cell('')
            ]
          ]
        : [])
    ]
  }
}

/** Wafers that no other beats for all workloads together. */
export function familyWafersTable({ workloads, wafers }: FamilyFindings, most = WAFERS): Table {
  const rest = wafers.length > most ? `; the first ${most} of ${wafers.length}` : ''
  return {
    caption:
      'Wafers that no other kept one beats for all workloads in everything, best first; power and peak are of the ' +
      `workload that needs most${rest}`,
    columns: columns(
      'Wafer',
      ...workloads.map(({ name }) => `#${name} tokens/s`),
      ...workloads.map(({ name }) => `#${name} relative`),
      '#All',
      '#Power to',
      '#Peak per die',
      '#Cost'
    ),
    rows: wafers
      .slice(0, most)
      .map((wafer) => [
        cell(wafer.label, 'strong'),
        ...wafer.members.map(({ tokensPerSecond }) => cell(formatNumber(tokensPerSecond))),
        ...wafer.members.map(({ relative }) => cell(format.formatShare(relative))),
        ...shared(wafer)
      ])
  }
}

/** What a run found for several workloads at once. */
export const familyBlocks = (family: FamilyFindings): Block[] => [
  { kind: 'table', table: familyMembersTable(family) },
  ...(family.wafers.length > 0 ? [{ kind: 'table' as const, table: familyWafersTable(family) }] : [])
]
