import { basename, dirname, join } from 'node:path'
import { csvText } from '../../../core/report/csv.ts'
import { caseRecords } from '../../../core/study/report/case-records.ts'
import { claimsPage } from '../../../core/study/report/claims-page.ts'
import { studyHash } from '../../../core/study/study-case.ts'
import type { StudyResults } from '../../../core/study/study-results.ts'
import { makeFolderOf, writeResultFile } from '../write-result-file.ts'
import { writePage } from '../write-page.ts'

/**
 * The page of a study, with figures and every case in a folder named after it.
 * @param project the file that has the points
 * @param command that makes the page again
 */
export function writeClaims(
  results: StudyResults,
  path: string,
  directory: string,
  project: string,
  command: string
): void {
  const folder = basename(path).replace(/\.[^.]*$/, '')
  const data = join(dirname(path), folder, 'cases.csv')
  makeFolderOf(data, directory)
  writeResultFile(data, directory, csvText(caseRecords(results)))
  const { spec } = results.study
  writePage(path, directory, {
    title: spec.title,
    lead: [
      ...(spec.question ? [spec.question] : []),
      `Study \`${spec.name}\`, SHA-256 \`${studyHash(results.study)}\`, ${results.finished.length} of ${results.cases.length} cases. Every contender of every case, with its run and point in \`${basename(project)}\`, is a line of [cases.csv](${folder}/cases.csv); ` +
        '`tmac report` and `tmac compare` open runs and points of that project.'
    ],
    command,
    parts: claimsPage(results)
  })
}
