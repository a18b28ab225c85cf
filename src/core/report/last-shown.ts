import { contentHash } from '../content-hash.ts'
import type { DataSheet } from './data-sheet.ts'
import type { Block } from './document.ts'
import type { ReportBlock } from './report-spec.ts'

/** What a block showed while its run and points were there, drawn. */
export interface LastShown {
  readonly blocks: readonly Block[]
  readonly figures: readonly {
    readonly name: string
    readonly title: string
    readonly sheet: DataSheet
    readonly picture: { readonly svg: string }
  }[]
}

/** The same for blocks that show the same, wherever they stand and whatever their caption. */
export const shownHash = (block: ReportBlock): string => contentHash({ ...block, key: undefined, caption: undefined })
