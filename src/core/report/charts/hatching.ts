import type { ChartTheme } from './chart-theme.ts'
import { whole, type ItemApi, type ItemParams } from './timeline-drawing.ts'

/** Pixels between the lines of a hatch. */
const SPACING_px = 6

/** A rectangle in pixels, from its upper left corner to its lower right. */
export interface PixelRectangle {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Rising lines over a rectangle, as the data of a path. They lie on one grid, so that those of neighbours meet. */
export function hatchPath({ left, top, right, bottom }: PixelRectangle): string {
  const lines: string[] = []
  const at = (x: number, sum: number): string => `${x.toFixed(2)} ${(sum - x).toFixed(2)}`
  for (let sum = Math.ceil((left + top) / SPACING_px) * SPACING_px; sum < right + bottom; sum += SPACING_px)
    lines.push(`M${at(Math.max(left, sum - bottom), sum)}L${at(Math.min(right, sum - top), sum)}`)
  return lines.join('')
}

/**
 * What is more than there is room for, hatched over the marks that show it: readable without telling colours apart.
 * @param across pixels that the hatch takes across the axis of values where a datum is a place and not an interval
 * @param data rectangles as [from, to] on both axes, [x, x, y, y]
 */
export const overfull = (
  data: readonly (readonly [number, number, number, number])[],
  theme: ChartTheme,
  across?: number
) => ({
  type: 'custom',
  silent: true,
  tooltip: { show: false },
  color: theme.limit,
  z: 4,
  ...whole,
  encode: { x: [0, 1], y: [2, 3] },
  renderItem: (_params: ItemParams, api: ItemApi) => {
    const [x, y] = api.coord([api.value(0), api.value(2)])
    const [otherX, otherY] = api.coord([api.value(1), api.value(3)])
    const half = across === undefined ? 0 : across / 2
    const pathData = hatchPath({
      left: Math.min(x, otherX),
      right: Math.max(x, otherX),
      top: Math.min(y, otherY) - half,
      bottom: Math.max(y, otherY) + half
    })
    if (pathData === '') return undefined
    return { type: 'path', shape: { pathData }, style: { stroke: theme.limit, lineWidth: 1.5, fill: 'none' } }
  },
  data
})
