import type { Figure } from '../../core/report/figure.ts'
import { chartSvg } from '../../drawing/chart-svg.ts'

/** Figures as SVG text by name; those without anything to show are left out. */
export type Charts = Readonly<Record<string, string>>

/** A figure as SVG. The same figure gives the same bytes, in a report or alone. */
export const drawFigure = ({ picture }: Figure): string => ('svg' in picture ? picture.svg : chartSvg(picture.chart))

export const drawFigures = (figures: readonly Figure[]): Charts =>
  Object.fromEntries(figures.map((figure) => [figure.name, drawFigure(figure)]))
