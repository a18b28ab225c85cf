import { strToU8, zipSync } from 'fflate'
import type { ReportFile, ShownBlock } from '../../contract/reports-contract.ts'
import { Problem } from '../../core/problem.ts'
import { buildBlock } from '../../core/report/build-report.ts'
import type { ReportBlock, ReportSpec } from '../../core/report/report-spec.ts'
import { chipTemplate, comparisonTemplate, runTemplate, type TemplateName } from '../../core/report/report-templates.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import type { ReportFormat } from '../../core/report/report-formats.ts'
import { makeReport } from './report-files.ts'
import { gatherInsights, type InsightSource } from './report-insights.ts'
import { reportMaterial } from './report-material.ts'

export async function showBlocks(
  store: ProjectStore,
  blocks: readonly ReportBlock[],
  source: InsightSource
): Promise<ShownBlock[]> {
  const { drawFigures } = await import('./charts.ts')
  const material = reportMaterial(store, await gatherInsights(blocks, source))
  return blocks.map((block) => {
    const { key, blocks: shown, figures, stale } = buildBlock(block, material)
    return { key, blocks: shown, pictures: drawFigures(figures), stale }
  })
}

/** The report that a template and numbers name; `tmac report --template` writes the same. @throws Problem for missing or unknown numbers */
export function templateReport(
  store: ProjectStore,
  template: TemplateName,
  { run, points }: { readonly run?: number | undefined; readonly points?: readonly number[] | undefined }
): ReportSpec {
  if (template === 'comparison') {
    if (!points || points.length < 2)
      throw new Problem('bad-input', 'a comparison needs 2 to 8 points; choose them first', 'points')
    return comparisonTemplate(points, [...new Set(points.map((id) => store.point(id).runId))])
  }
  const wanted = run ?? store.runs().at(-1)?.id
  const record = wanted === undefined ? undefined : reportMaterial(store).run(wanted)
  if (!record)
    throw new Problem(
      'unknown-name',
      wanted === undefined ? 'the project has no runs yet; start a search first' : `there is no run ${wanted}`,
      'run'
    )
  return template === 'chip' ? chipTemplate(record) : runTemplate(record)
}

const types: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html',
  pdf: 'application/pdf',
  markdown: 'application/zip',
  zip: 'application/zip'
}
const bytes = (content: string | Uint8Array): Uint8Array => (typeof content === 'string' ? strToU8(content) : content)

/** A report of a project as one file; Markdown comes with its pictures in an archive. */
export async function reportFile(
  store: ProjectStore,
  document: number,
  format: ReportFormat,
  source: InsightSource
): Promise<ReportFile> {
  const found = store.documents.read(document)
  if (found.kind !== 'report') throw new Problem('bad-input', `document ${document} is a ${found.kind}, not a report`)
  const name = found.name.replace(/[^\p{L}\p{N} ._-]/gu, '_')
  const madeAt = new Date()
  const material = reportMaterial(store, await gatherInsights(found.content.blocks, source))
  const { files, stale } = await makeReport(found.content, material, format, name, madeAt)
  const [first] = files
  const packed = format === 'markdown'
  const content = packed
    ? zipSync(Object.fromEntries(files.map(([path, text]) => [path, bytes(text)])), { mtime: madeAt })
    : bytes(first![1])
  return {
    name: packed ? `${name} (Markdown).zip` : first![0],
    type: types[format],
    base64: Buffer.from(content).toString('base64'),
    remarks: stale.map(({ reason }) => reason)
  }
}
