import { scriptLine, shellWord } from '../commands/command-line-text.ts'
import packageFile from '../../../package.json' with { type: 'json' }
import { buildReport, type BuiltReport } from '../../core/report/build-report.ts'
import type { ReportFormat } from '../../core/report/report-formats.ts'
import type { ReportMaterial } from '../../core/report/report-material.ts'
import type { ReportSpec } from '../../core/report/report-spec.ts'
import { runsOfBlock } from '../../core/report/runs-of-block.ts'

const formatEndings: Readonly<Record<ReportFormat, string>> = {
  html: 'html',
  pdf: 'pdf',
  markdown: 'md',
  zip: 'zip'
}

export interface MadeReport {
  /** By path from where the report is written, the report itself first. */
  readonly files: readonly (readonly [path: string, content: string | Uint8Array])[]
  readonly stale: BuiltReport['stale']
}

/** The runs that a report shows, each once. */
const runsOf = ({ blocks }: ReportSpec, material: ReportMaterial): number[] => [
  ...new Set(blocks.flatMap((block) => runsOfBlock(block, material)))
]

/**
 * A report in a format. Blocks whose source is gone say so in it, and are told.
 * @param name of the file, without ending
 */
export async function makeReport(
  spec: ReportSpec,
  material: ReportMaterial,
  format: ReportFormat,
  name: string,
  madeAt: Date
): Promise<MadeReport> {
  // What draws takes long to load; who asks for one format does not wait for the others.
  const report = buildReport(spec, material)
  const { stale } = report
  const path = `${name}.${formatEndings[format]}`
  switch (format) {
    case 'html': {
      const [{ renderReportHtml }, { drawFigures }] = await Promise.all([import('./html.ts'), import('./charts.ts')])
      return { stale, files: [[path, renderReportHtml(report.document, drawFigures(report.figures))]] }
    }
    case 'pdf':
      return { stale, files: [[path, await (await import('./pdf-report.ts')).pdfReport(report, madeAt)]] }
    case 'markdown': {
      const files = (await import('./markdown-report.ts')).markdownReport(report, name)
      return { stale, files: Object.entries(files) }
    }
    case 'zip': {
      const runs = runsOf(spec, material).flatMap((id) => material.run(id)?.run.command ?? [])
      const again = `tmac report ${shellWord(material.project.name)} --spec report.json --format zip --output ${shellWord(path)}`
      const { zipReport } = await import('./zip-report.ts')
      const bundle = { spec, report, madeAt, version: packageFile.version, commands: [...runs, again].map(scriptLine) }
      return { stale, files: [[path, await zipReport(bundle)]] }
    }
  }
}
