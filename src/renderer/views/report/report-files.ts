import { fromBase64 } from '../../../contract/base64.ts'
import { bibtex } from '../../../core/report/citation.ts'
import type { ReportFormat } from '../../../core/report/report-formats.ts'
import { saveFile } from '../../charts/save-file.ts'
import { client } from '../../client.ts'
import type { MenuItem } from '../../components/MenuButton.vue'
import { useWorkbench } from '../../stores/workbench.ts'

/** A report as files, as a command and with how to cite: what makes one of a format, and the menu of all. @param id of its document */
export function useReportFiles(id: number) {
  const workbench = useWorkbench()
  const take = (format: ReportFormat): Promise<void> =>
    workbench.attempt(async () => {
      const file = await client.reports.make({ project: workbench.project!.id, document: id, format })
      const bytes = fromBase64(file.base64)
      saveFile(new Blob([bytes], { type: file.type }), file.name)
      const { length: count } = file.remarks
      if (count > 0)
        workbench.notify(`${count === 1 ? 'One block is' : `${count} blocks are`} stale in it: ${file.remarks[0]}`)
      else workbench.notify(`${file.name} is made`)
    })
  const items: readonly MenuItem[] = [
    { title: 'PDF', run: () => take('pdf') },
    { title: 'HTML, one file', run: () => take('html') },
    { title: 'Markdown with figures', run: () => take('markdown') },
    { title: 'ZIP of everything', run: () => take('zip') },
    {
      title: 'Copy the citation (BibTeX)',
      run: () => workbench.attempt(() => navigator.clipboard.writeText(bibtex(workbench.info?.version ?? '')))
    },
    {
      title: 'Copy as command',
      run: () =>
        workbench.attempt(() =>
          navigator.clipboard.writeText(
            `tmac report '${workbench.project!.path.replaceAll("'", "'\\''")}' --document ${id} --format pdf --output report.pdf`
          )
        )
    }
  ]
  return { take, items }
}
