import type { BlockDraft, ReportBlock } from '../../core/report/report-spec.ts'
import { client } from '../client.ts'
import { useDocuments } from './documents.ts'
import { useFirstSteps } from './first-steps.ts'
import { useWorkbench } from './workbench.ts'

/** Puts a block at the end of the report that was changed last, or of a new one. */
export function useSendToReport() {
  const [workbench, documents] = [useWorkbench(), useDocuments()]
  return (draft: BlockDraft): Promise<void> =>
    workbench.attempt(async () => {
      const project = workbench.project!.id
      const block = { ...draft, key: crypto.randomUUID() } as ReportBlock
      const newest = documents.ofKind('report').toSorted((a, b) => b.changedAt.localeCompare(a.changedAt))[0]
      let report: { readonly id: number; readonly name: string } | undefined = newest
      if (newest) {
        const read = await client.documents.read({ project, document: newest.id })
        if (read.kind !== 'report') return
        const { revision, content } = read
        const patch = [{ op: 'add' as const, path: `/blocks/${content.blocks.length}`, value: block }]
        const edit = { label: `Send a ${draft.kind} here`, patch, key: block.key }
        await client.documents.edit({ project, document: newest.id, revision, ...edit })
      } else {
        report = await documents.create('report', 'Report', { title: 'Report', blocks: [block] })
        useFirstSteps().take('report')
      }
      const made = report!
      workbench.notify(`The ${draft.kind} is in “${made.name}”`, {
        title: 'Open the report',
        run: () => workbench.show('report', made.id)
      })
    })
}
