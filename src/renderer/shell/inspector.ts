import type { Fact } from '../../core/report/document.ts'
import { contribution } from '../stores/contribution.ts'

/** What the inspector says of the selected thing. */
export interface Inspection {
  readonly title: string
  readonly facts: readonly Fact[]
  /** The same thing in other views: words and address. */
  readonly links?: readonly { readonly title: string; readonly href: string }[]
}
export const inspections = contribution<Inspection | undefined>()
/** Fills the inspector while the calling component is on the page. */
export const useInspector = inspections.use
