import type { DocumentKind } from '../../../contract/document-contents.ts'

/** Kinds of documents as a person reads them. */
export const kindWords: Readonly<Record<DocumentKind, string>> = {
  model: 'Model',
  chip: 'Chip',
  defects: 'Defect map',
  search: 'Search',
  exploration: 'Exploration',
  report: 'Report'
}
