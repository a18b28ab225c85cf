import { formatShare } from '../format/format-quantity.ts'
import type { OperatorRow } from '../workload/operator-rows.ts'
import { chartThemes, type ChartTheme } from './charts/chart-theme.ts'
import type { DataSheet } from './data-sheet.ts'
import { escapeHtml } from './escape-html.ts'
import type { DrawnFigure } from './figure.ts'
import { graphOf, operatorsAcross, weighings, type GraphNode, type Weighing } from './operator-graph.ts'
import { inkOn, sequence, sequenceColor } from './palette.ts'
import { boxOf } from './svg-box.ts'
import { paperWidth } from './charts/chart-style.ts'

/** The colour of an operator by its share of the model, 0 to 1: what has none is still seen to be one. */
export const operatorColor = (share: number): string => sequenceColor(0.12 + 0.88 * share)

/** The operators of one layer of each class as numbers, per token in SI units. */
export const operatorsSheet = (rows: readonly OperatorRow[]): DataSheet => ({
  caption: 'Operators of one layer of each class',
  columns: [
    { key: 'layer', title: 'Layer' },
    { key: 'layers', title: 'Layers', numeric: true },
    { key: 'operator', title: 'Operator' },
    { key: 'kind', title: 'Kind' },
    { key: 'shape', title: 'Shape' },
    { key: 'parameters', title: 'Weights', numeric: true },
    { key: 'forwardPerToken_FLOP', title: 'FLOPs per token, forward', numeric: true },
    { key: 'forwardTrafficPerToken_B', title: 'Memory traffic per token', numeric: true },
    { key: 'keptPerToken_B', title: 'Kept per token', numeric: true }
  ],
  rows: rows.map((row) => [
    row.layer,
    row.layers,
    row.name,
    row.kind,
    row.shape,
    row.parameters,
    row.forwardFlopsPerToken,
    row.forwardTraffic_BPerToken,
    row.stored_BPerToken
  ])
})

function nodeOf({ row, box, share, description }: GraphNode): string {
  const color = operatorColor(share)
  return (
    `<g><title>${escapeHtml(description)}</title><rect ${boxOf(box)} rx="4" fill="${color}"/>` +
    `<text x="${box.x + box.width / 2}" y="${box.y + 16}" text-anchor="middle" fill="${inkOn(color)}">${escapeHtml(row.name)}</text></g>`
  )
}

/** The colours below the graph, from nothing to all of the model. */
function scale({ quiet }: ChartTheme, weighing: Weighing, y: number): string {
  const stops = sequence.map((_, at) => {
    const place = at / (sequence.length - 1)
    return `<stop offset="${place}" stop-color="${operatorColor(place)}"/>`
  })
  return (
    `<defs><linearGradient id="operators-scale">${stops.join('')}</linearGradient></defs><g transform="translate(0 ${y})" fill="${quiet}">` +
    `<text y="10">0%</text><rect x="24" width="120" height="12" fill="url(#operators-scale)"/>` +
    `<text x="150" y="10">${formatShare(1)} of the model’s ${weighings[weighing].noun}; lines over operators are the residual stream</text></g>`
  )
}

/** The operators of a model as a graph, classes of equal layers once, coloured by their share of the whole model. */
export function operatorsFigure(model: string, rows: readonly OperatorRow[], weighing: Weighing): DrawnFigure {
  const theme = chartThemes.print
  const { blocks, width, height } = graphOf(rows, weighing, operatorsAcross(paperWidth))
  const drawn = blocks.map(
    ({ title, box, nodes, arcs }) =>
      `<rect ${boxOf(box)} rx="6" fill="#f4f6f8" stroke="${theme.line}"/><text x="${box.x + 8}" y="${box.y + 15}" fill="${theme.quiet}">${escapeHtml(title)}</text>` +
      `<path d="${arcs.join('')}" fill="none" stroke="${theme.quiet}"/>${nodes.map(nodeOf).join('')}`
  )
  const across = Math.max(width, 640) + 4
  const title = `Operators of ${model} by ${weighings[weighing].noun}`
  return {
    name: 'operators',
    title,
    sheet: operatorsSheet(rows),
    picture: {
      svg:
        `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(title)}" viewBox="-2 -2 ${across} ${height + 30}" ` +
        `width="${across}" font-size="11" font-family="${escapeHtml(theme.font)}">${drawn.join('')}${scale(theme, weighing, height + 12)}</svg>`
    }
  }
}
