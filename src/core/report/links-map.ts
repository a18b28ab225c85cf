import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { HOT_SHARE, sceneLinks, waferScene } from '../chip/editing/wafer-scene.ts'
import { chartThemes } from './charts/chart-theme.ts'
import { escapeHtml } from './escape-html.ts'
import { formatShare } from '../format/format-quantity.ts'
import { ink, quietInk, sequence, sequenceColor } from './palette.ts'
import { boxOf } from './svg-box.ts'
import { waferGrounds } from './wafer-grounds.ts'

/** The scale below the wafers: colours from no use to all, what is hatched and what is dashed. */
function scale(name: string, width: number): string {
  const size = Math.min(7, width / 46)
  const box = (x: number, fill: string, more = ''): string =>
    `<rect x="${(x * size).toFixed(1)}" y="${(-size).toFixed(1)}" width="${(2 * size).toFixed(1)}" height="${size.toFixed(1)}" fill="${fill}" stroke="${quietInk}" stroke-width="0.4"${more}/>`
  const words = (x: number, text: string): string => `<text x="${(x * size).toFixed(1)}" y="0">${text}</text>`
  return (
    `<g font-size="${size.toFixed(2)}" fill="${quietInk}">${words(0, '0%')}` +
    `<rect x="${(2 * size).toFixed(1)}" y="${(-size).toFixed(1)}" width="${(10 * size).toFixed(1)}" height="${size.toFixed(1)}" fill="url(#${name}-scale)"/>` +
    words(12.6, '100%') +
    box(17, `url(#${name}-hot)`) +
    words(19.6, `over ${Math.round(HOT_SHARE * 100)}%`) +
    box(26, 'none', ' stroke-dasharray="1 1"') +
    `${words(28.6, 'dead or not modelled')}</g>`
  )
}

/**
 * The use of both directions of every link between dies, on the wafers seen from above, as bars along the border of the die that sends.
 * @param name of the figure, unique in its page
 * @param shares of what a link can carry, 0 to 1, by `row,column-row,column`
 * @returns undefined where dies are too many to be drawn one by one
 */
export function linksMap(name: string, chip: WaferChipSpec, shares: ReadonlyMap<string, number>): string | undefined {
  const scene = waferScene(chip)
  const links = sceneLinks(chip, scene)
  if (links.length === 0) return undefined
  const dies = scene.dies.map(({ die }) => `<rect ${boxOf(die)} fill="#ffffff" stroke="#b8c1ca" stroke-width="0.6"/>`)
  const bars = links.map(({ key, bar, title }) => {
    const share = shares.get(key)
    if (share === undefined)
      return `<rect ${boxOf(bar)} fill="none" stroke="${quietInk}" stroke-width="0.4" stroke-dasharray="1 1"/>`
    const fill = `<rect ${boxOf(bar)} fill="${sequenceColor(Math.min(1, share))}" stroke="#ffffff" stroke-width="0.2"/>`
    const hatch = share > HOT_SHARE ? `<rect ${boxOf(bar)} fill="url(#${name}-hot)"/>` : ''
    return `<g><title>${title}: ${formatShare(share)} used</title>${fill}${hatch}</g>`
  })
  const { x, y, width, height } = scene.bounds
  const stops = sequence.map((color, at) => `<stop offset="${at / (sequence.length - 1)}" stop-color="${color}"/>`)
  const fullest = Math.max(0, ...shares.values())
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(`Use of links on the wafer, the fullest ${formatShare(fullest)}`)}" ` +
    `viewBox="${x.toFixed(1)} ${y.toFixed(1)} ${width.toFixed(1)} ${(height + 14).toFixed(1)}" width="${Math.min(920, Math.round(520 * Math.max(1, width / height)))}" ` +
    `font-family="${escapeHtml(chartThemes.print.font)}"><defs>` +
    `<linearGradient id="${name}-scale">${stops.join('')}</linearGradient>` +
    `<pattern id="${name}-hot" width="2.4" height="2.4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1" height="2.4" fill="${ink}"/></pattern>` +
    `</defs>${waferGrounds(chip, scene.wafers)}${dies.join('')}${bars.join('')}` +
    `<g transform="translate(${(x + 4).toFixed(1)} ${(y + height + 10).toFixed(1)})">${scale(name, width)}</g></svg>`
  )
}
