import type { Selection } from '../../core/report/selection.ts'
import type { Place } from '../../core/chip/defects/defect-map.ts'

/** A value per die as colour, on a scale that is told in the legend. */
export interface DieOverlay {
  readonly title: string
  /** Unit of the values as `formatIn` knows it: 'W', 'share', 'B/s', ... */
  readonly unit: string
  /** By die number (row × columns + column, wafers counted on); undefined where nothing is known. */
  readonly values: readonly (number | undefined)[]
  /** Ends of the scale; the least and the most of the values when absent. */
  readonly low?: number
  readonly high?: number
}

/** Utilisation of every link and direction; a link that is not in `values` is drawn as not modelled, never as 0. */
export interface LinkOverlay {
  readonly title: string
  /** By `row,column-row,column` from sender to receiver: share of what the link can carry, 0 to 1. */
  readonly values: ReadonlyMap<string, number>
  /** Share at the end of the scale of colours; all of it when absent. */
  readonly most?: number
  /** Which model of congestion the values come from, in words. */
  readonly model?: string
}

/** What a person points at or has chosen on the wafer. */
export type WaferSelection = Pick<Selection, 'die' | 'link' | 'stage'>

/** One step of a stroke with the brush: what it newly touches. */
export interface PaintStroke {
  /** Of one that is given up nothing stays. */
  readonly phase: 'start' | 'move' | 'end' | 'cancel'
  readonly erase: boolean
  readonly dies: readonly Place[]
  readonly links: readonly string[]
  readonly cores: readonly { readonly die: Place; readonly core: number }[]
}

export type WaferTool = 'select' | 'ruler' | 'paint'
export type BrushTarget = 'die' | 'link' | 'core'

export const layerNames = [
  'wafer',
  'reticle',
  'dies',
  'cores',
  'memory',
  'links',
  'heat',
  'stages',
  'defects',
  'labels'
] as const
export type LayerName = (typeof layerNames)[number]

export const shownAtFirst: ReadonlySet<LayerName> = new Set(layerNames.filter((name) => name !== 'reticle'))

/** Least and most of an overlay's scale. */
export function scaleOf({ values, low, high }: DieOverlay): readonly [number, number] {
  const known = values.filter((value) => value !== undefined)
  const least = known.reduce((found, value) => Math.min(found, value), Infinity)
  const most = known.reduce((found, value) => Math.max(found, value), -Infinity)
  return [low ?? (Number.isFinite(least) ? least : 0), high ?? (Number.isFinite(most) ? most : 1)]
}

/** Where a value lies on a scale, 0 to 1; the middle of a scale of one value. */
export const placeOnScale = (value: number, [low, high]: readonly [number, number]): number =>
  high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5
