import { barKinds, type BarKind } from '../timeline-bars.ts'
import type { ChartTheme } from './chart-theme.ts'

/** What ECharts hands to a `renderItem`. */
export interface ItemApi {
  value(dimension: number): number
  coord(place: readonly number[]): [number, number]
  size(span: readonly number[]): [number, number]
}
export interface ItemParams {
  readonly coordSys: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

/** The same kind has the same colour in every timeline. */
export const colorOfKind = (kind: BarKind, { categories }: ChartTheme): string =>
  categories[barKinds.indexOf(kind) % categories.length]!

/** Drawn in one sweep and cut at the frame: what comes in pieces leaves lines half empty meanwhile. */
export const whole = { clip: true, progressive: 0 }
/** Narrower bars are not drawn, pixels. */
const LEAST_px = 0.4

/** A bar between two times on a line, as high as its share of the line: a datum is [from, to, line, share, event, share below]. */
export const drawBar =
  (color: string, selected: number, ink: string) =>
  ({ coordSys }: ItemParams, api: ItemApi) => {
    const [from, middle] = api.coord([api.value(0), api.value(2)])
    const [to] = api.coord([api.value(1), api.value(2)])
    const left = Math.max(from, coordSys.x)
    const right = Math.min(to, coordSys.x + coordSys.width)
    if (right - left < LEAST_px && api.value(3) === 1 && api.value(4) !== selected) return undefined
    const line = api.size([0, 1])[1] * 0.82
    const height = line * api.value(3)
    const isSelected = selected >= 0 && api.value(4) === selected
    return {
      type: 'rect',
      shape: {
        x: left,
        y: middle + line / 2 - height - line * api.value(5),
        width: Math.max(LEAST_px, right - left),
        height
      },
      style: { fill: color, ...(isSelected && { stroke: ink, lineWidth: 2 }) }
    }
  }
