/** How the world, in mm, lies on the screen, in CSS pixels: screen = world x scale + offset. */
export interface Viewport {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const toWorld = (view: Viewport, x: number, y: number): readonly [number, number] => [
  (x - view.x) / view.scale,
  (y - view.y) / view.scale
]
export const toScreen = (view: Viewport, x: number, y: number): readonly [number, number] => [
  x * view.scale + view.x,
  y * view.scale + view.y
]

/** The viewport that shows a box whole, in the middle, with a margin in pixels. */
export function fitted(box: Box, width: number, height: number, margin = 12): Viewport {
  const room = (size: number): number => Math.max(1, size - 2 * margin)
  const scale = Math.min(room(width) / Math.max(box.width, 1e-6), room(height) / Math.max(box.height, 1e-6))
  return {
    scale,
    x: width / 2 - (box.x + box.width / 2) * scale,
    y: height / 2 - (box.y + box.height / 2) * scale
  }
}

/** Zoomed by a factor with the point of the world at (x, y) of the screen kept where it is. */
export function zoomedAt(view: Viewport, factor: number, x: number, y: number, least: number, most: number): Viewport {
  const scale = Math.min(most, Math.max(least, view.scale * factor))
  const by = scale / view.scale
  return { scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by }
}

export const panned = (view: Viewport, dx: number, dy: number): Viewport => ({
  ...view,
  x: view.x + dx,
  y: view.y + dy
})

/** What a die shows at its size on the screen. */
export type Detail = 'colour' | 'label' | 'blocks' | 'cores' | 'core-numbers'

/** The detail for a die whose shorter side is so many pixels. */
export function detailOf(die_px: number): Detail {
  if (die_px < 12) return 'colour'
  if (die_px < 60) return 'label'
  if (die_px < 250) return 'blocks'
  return die_px < 900 ? 'cores' : 'core-numbers'
}
