import type { ReportBlock } from '../../../core/report/report-spec.ts'
import { passageWords } from './passage-words.ts'

/** What each kind of block is called. */
export const blockKindTitles: Readonly<Record<ReportBlock['kind'], string>> = {
  text: 'Text',
  facts: 'Facts',
  table: 'Table',
  passage: 'Passage',
  figure: 'Figure',
  mapping: 'Mapping',
  comparison: 'Comparison',
  provenance: 'Provenance'
}
/** A block in an outline: its first words, or what it shows. */
export const titleOf = (block: ReportBlock): string =>
  block.kind === 'text'
    ? block.text
        .split('\n')[0]!
        .replace(/^#+\s*/, '')
        .slice(0, 40) || 'Text'
    : block.kind === 'figure'
      ? `Figure: ${block.figure.figure}`
      : block.kind === 'table'
        ? `Table: ${block.table}`
        : block.kind === 'passage'
          ? passageWords[block.passage]
          : blockKindTitles[block.kind]
