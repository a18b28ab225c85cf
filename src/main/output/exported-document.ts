import type { DocumentView, ExportedDocument } from '../../contract/documents-contract.ts'
import { defectsCsv } from '../../core/chip/defects/defects-csv.ts'
import { Problem } from '../../core/problem.ts'

/** A document as a file that the command line and other projects read. @throws Problem for a CSV of what has none */
export function exportedDocument(document: DocumentView, format: 'json' | 'csv'): ExportedDocument {
  const stem = document.name.replaceAll(/[^\p{L}\p{N} ._()+-]/gu, '_')
  if (format === 'csv') {
    if (document.kind !== 'defects')
      throw new Problem('bad-input', `a ${document.kind} has no form as CSV; export it as JSON`, 'format')
    return { fileName: `${stem}.csv`, text: defectsCsv(document.content.map) }
  }
  const content = document.kind === 'defects' ? document.content.map : document.content
  return { fileName: `${stem}.json`, text: `${JSON.stringify(content, null, 2)}\n` }
}
