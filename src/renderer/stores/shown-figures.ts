import { contribution } from './contribution.ts'

/** A chart on the screen, as commands that are not about its data meet it. */
export interface ShownFigure {
  readonly hasFocus: () => boolean
  readonly asTable: boolean
  /** Shows the numbers in place of the drawing, or the drawing again. */
  readonly show: (asTable: boolean) => unknown
}

export const shownFigures = contribution<ShownFigure>()

/** Turns the chart that has the focus into its table, or back; without one, all charts of the view alike. */
export function turnFigures(): void {
  const all = shownFigures.all.value
  const focused = all.find(({ hasFocus }) => hasFocus())
  const asTable = focused ? !focused.asTable : all.some((figure) => !figure.asTable)
  for (const figure of focused ? [focused] : all) figure.show(asTable)
}
