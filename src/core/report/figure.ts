import type { Chart } from './charts/chart.ts'
import type { DataSheet } from './data-sheet.ts'

/** A picture ready for who draws: a chart, or a drawing that is done. */
export interface Figure {
  /** The same for the same picture, unique among different ones of a page or a project. */
  readonly name: string
  readonly title: string
  readonly sheet: DataSheet
  readonly picture: { readonly chart: Chart } | { readonly svg: string }
}

/** A drawing that is done, with the numbers that it shows. */
export interface DrawnFigure extends Figure {
  readonly picture: { readonly svg: string }
}
