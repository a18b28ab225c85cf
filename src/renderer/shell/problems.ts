import { contribution } from '../stores/contribution.ts'

/** Something that is not as it should be, where it is, and ways to mend it. */
export interface ShownProblem {
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** What it is about, as words or as an address to go to. */
  readonly subject: string
  readonly href?: string
  readonly fixes?: readonly { readonly title: string; readonly run: () => unknown }[]
}
export const problemLists = contribution<readonly ShownProblem[]>()
/** Lists problems in the panel while the calling component is on the page. */
export const useProblems = problemLists.use
