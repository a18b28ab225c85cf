import type { TimelineInsight } from '../simulator/insight/step-insight.ts'
import { linkBytes, type LinkColumns } from '../simulator/insight/link-columns.ts'
import { trafficClasses, type TrafficClass } from '../simulator/program/step-flows.ts'
import type { DataSheet } from './data-sheet.ts'

/** What of the use of links is shown: over the step, at its highest, or in one interval of time. */
export type LinkMoment = 'mean' | 'peak' | number

/** A link as lists show it. */
export interface LinkRow {
  readonly link: number
  readonly name: string
  /** `row,column-row,column` between dies; undefined for links to adapters and switches. */
  readonly key: string | undefined
  readonly share: number
  readonly bytes: number
}

export const trafficWords: Readonly<Record<TrafficClass, string>> = {
  region: 'inside stages',
  replicas: 'among replicas',
  pipeline: 'between stages',
  synchronisation: 'gradient sums',
  table: 'shared table',
  offload: 'to helpers and back'
}

/** @param columns of the grid of dies */
export function linkKey({ from, to, dies }: LinkColumns, link: number, columns: number): string | undefined {
  const [a, b] = [from[link]!, to[link]!]
  if (a >= dies || b >= dies) return undefined
  return `${Math.floor(a / columns)},${a % columns}-${Math.floor(b / columns)},${b % columns}`
}

/** Share of its bandwidth that a link uses, by moment; classes count over the whole step alone. */
export function linkShare(
  links: LinkColumns,
  rates: TimelineInsight['rates'] | undefined,
  link: number,
  moment: LinkMoment,
  classes: readonly TrafficClass[]
): number {
  const bandwidth_Bps = links.bandwidth_Bps[link]!
  if (moment === 'mean' || !rates) return linkBytes(links, link, classes) / (bandwidth_Bps * links.step_s)
  const own = rates.rates_Bps.subarray(link * rates.bins, (link + 1) * rates.bins)
  const rate_Bps = moment === 'peak' ? own.reduce((most, one) => Math.max(most, one), 0) : (own[moment] ?? 0)
  return rate_Bps / bandwidth_Bps
}

/** All links, the fullest first. @param columns of the grid of dies */
export const linkRows = (
  links: LinkColumns,
  columns: number,
  share: (link: number) => number,
  classes: readonly TrafficClass[]
): readonly LinkRow[] =>
  Array.from(links.from.keys(), (link) => ({
    link,
    name: `${links.nodes[links.from[link]!]} to ${links.nodes[links.to[link]!]}`,
    key: linkKey(links, link, columns),
    share: share(link),
    bytes: linkBytes(links, link, classes)
  })).sort((a, b) => b.share - a.share || a.link - b.link)

/** Links as numbers: their use, and the bytes of a step by class of traffic. */
export const linksSheet = ({ bytes }: LinkColumns, rows: readonly LinkRow[]): DataSheet => ({
  caption: 'Use of links, the fullest first',
  columns: [
    { key: 'link', title: 'Link' },
    { key: 'share', title: 'Used', numeric: true },
    ...trafficClasses.map((traffic) => ({ key: `${traffic}_B`, title: trafficWords[traffic], numeric: true }))
  ],
  rows: rows.map(({ name, share, link }) => [name, share, ...trafficClasses.map((traffic) => bytes[traffic][link]!)])
})
