import type { Rectangle } from '../chip/floorplan.ts'

/** A rectangle's place and size as attributes of an SVG element, in mm. */
export const boxOf = ({ x, y, width, height }: Rectangle): string =>
  `x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}"`
