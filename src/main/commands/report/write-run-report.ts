import { explorationReport } from '../../../core/report/exploration-report.ts'
import type { ExplorationRecord } from '../../../core/report/exploration-record.ts'
import { writeResultFile } from '../write-result-file.ts'

/** Writes a run's self-contained report. @param directory where a relative path starts; @throws Problem of the file */
export async function writeRunReport(record: ExplorationRecord, path: string, directory: string): Promise<void> {
  // Charts take long to load; who wants none does not wait for them.
  const { reportCharts } = await import('../../report/charts.ts')
  const { renderReportHtml } = await import('../../report/html.ts')
  writeResultFile(path, directory, renderReportHtml(explorationReport(record), reportCharts(record)))
}
