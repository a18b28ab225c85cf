import type { BlockDraft } from '../../core/report/report-spec.ts'
import { contribution } from './contribution.ts'

/** Something on the screen that can go into a report. */
export interface ReportSource {
  /** Of one figure among others; left out for what the view as a whole is about. */
  readonly hasFocus?: () => boolean
  /** Undefined while there is nothing that a report could show again, as what is only tried. */
  readonly block: BlockDraft | undefined
}

const sources = contribution<ReportSource>()

/** Offers something for reports as long as the component that calls this lives. */
export const useReportSource = sources.use

/** What of the screen a person means: the figure that has the focus, else what the view is about, else its first figure. */
export function shownBlock(): BlockDraft | undefined {
  const all = sources.all.value.filter(({ block }) => block !== undefined)
  const meant = all.find(({ hasFocus }) => hasFocus?.()) ?? all.findLast(({ hasFocus }) => !hasFocus) ?? all[0]
  return meant?.block
}
