import { strToU8, zipSync } from 'fflate'
import type { BuiltReport } from '../../core/report/build-report.ts'
import { bibtex } from '../../core/report/citation.ts'
import type { ReportSpec } from '../../core/report/report-spec.ts'
import { markdownReport } from './markdown-report.ts'
import { pdfReport } from './pdf-report.ts'

export interface Bundle {
  readonly spec: ReportSpec
  readonly report: BuiltReport
  readonly madeAt: Date
  readonly version: string
  /** The commands that made the runs and the report, one each. */
  readonly commands: readonly string[]
}

/** Everything of a report in one archive: PDF, Markdown, SVG and CSV of each figure, its spec, the commands, how to cite. */
export async function zipReport({ spec, report, madeAt, version, commands }: Bundle): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = { 'report.pdf': await pdfReport(report, madeAt) }
  const texts = {
    ...markdownReport(report, 'report'),
    'report.json': `${JSON.stringify(spec, undefined, 2)}\n`,
    'commands.sh': `#!/bin/sh\nset -e\n${commands.join('\n')}\n`,
    'citation.bib': bibtex(version)
  }
  for (const [path, text] of Object.entries(texts)) files[path] = strToU8(text)
  return zipSync(files, { mtime: madeAt, level: 6 })
}
