import type { Rgb } from './core-atlas.ts'

/** Colours of the canvas, taken from the theme. */
export interface WaferColors {
  readonly wafer: string
  readonly line: string
  readonly ink: string
  readonly core: Rgb
  readonly other: Rgb
  readonly dead: Rgb
  readonly unknown: Rgb
}

/** A CSS colour in any opaque notation; canvases give it back as #rrggbb. */
function rgbOf(color: string): Rgb {
  const context = document.createElement('canvas').getContext('2d')!
  context.fillStyle = color
  const shown = String(context.fillStyle)
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(shown.slice(at, at + 2), 16))
  return [red, green, blue]
}

const mixed = (from: Rgb, to: Rgb, share: number): Rgb =>
  from.map((channel, at) => Math.round(channel + (to[at]! - channel) * share)) as unknown as Rgb

/** Colours of the theme as they are now at an element. */
export function wafersColors(element: HTMLElement): WaferColors {
  const style = getComputedStyle(element)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  const [ground, accent, ink] = ['--ground', '--accent', '--ink'].map((name) => rgbOf(of(name))) as [Rgb, Rgb, Rgb]
  return {
    wafer: of('--raised'),
    line: of('--ground'),
    ink: of('--ink'),
    core: mixed(ground, accent, 0.2),
    other: mixed(ground, accent, 0.26),
    dead: mixed(ground, ink, 0.75),
    unknown: mixed(ground, ink, 0.2)
  }
}
