import type { LinkColumns } from '../simulator/insight/link-columns.ts'
import { trafficClasses } from '../simulator/program/step-flows.ts'
import type { ChartTheme } from './charts/chart-theme.ts'
import { stackedBars } from './charts/stacked-bars.ts'
import type { Figure } from './figure.ts'
import { formatShare } from '../format/format-quantity.ts'
import { linkRows, linkShare, linksSheet, trafficWords, type LinkMoment } from './link-view.ts'
import { linksMap } from './links-map.ts'
import type { ReportMaterial } from './report-material.ts'
import type { StoredPoint } from './run-record.ts'

/** Links that bars show where there is no floorplan. */
const MOST_BARS = 20

/** The fullest links as bars, by what goes over them. */
const fullestLinks = (links: LinkColumns, rows: ReturnType<typeof linkRows>, title: string, theme: ChartTheme) => {
  const shown = rows.slice(0, MOST_BARS)
  return stackedBars(
    {
      name: 'links',
      title,
      caption: `The ${shown.length} fullest of ${rows.length} links, as shares of what they can carry`,
      bars: shown.map(({ name }) => name),
      parts: trafficClasses.map((traffic) => ({
        key: `${traffic}_share`,
        name: trafficWords[traffic],
        // Of a moment only the whole is known: it is shared out as the step's bytes are.
        values: shown.map(({ link, share, bytes }) => (bytes > 0 ? (share * links.bytes[traffic][link]!) / bytes : 0))
      })),
      totals: { key: 'share', title: 'Used', values: shown.map(({ share }) => share) },
      format: formatShare,
      limit: { name: 'all of it', values: shown.map(() => 1) }
    },
    theme
  )
}

/**
 * The use of links of a point, on average over the step or at the highest: on the wafer, or as bars where there is no floorplan.
 * @returns undefined where the point was not simulated, or nothing goes from die to die
 */
export function linksFigure(
  name: string,
  moment: Exclude<LinkMoment, number>,
  point: StoredPoint,
  material: ReportMaterial,
  theme: ChartTheme
): Figure | undefined {
  const timeline = moment === 'peak' ? material.insights?.timeline(point.id) : undefined
  const links = moment === 'peak' ? timeline?.links : material.insights?.shared(point.id)?.links
  if (!links || links.from.length === 0) return undefined
  const { chip } = point
  const columns = chip.kind === 'wafer' ? chip.grid.columns : links.dies
  const rows = linkRows(
    links,
    columns,
    (link) => linkShare(links, timeline?.rates, link, moment, trafficClasses),
    trafficClasses
  )
  const title =
    moment === 'peak'
      ? 'Highest use of links, transfers in time (event level)'
      : 'Use of links over a step, phase by phase (fluid level)'
  const shares = new Map(rows.flatMap(({ key, share }) => (key === undefined ? [] : [[key, share] as const])))
  const svg = chip.kind === 'wafer' ? linksMap(name, chip, shares) : undefined
  const chart = svg === undefined ? { ...fullestLinks(links, rows, title, theme), name } : undefined
  return {
    name,
    title,
    sheet: linksSheet(links, rows),
    picture: chart ? { chart } : { svg: svg! }
  }
}
