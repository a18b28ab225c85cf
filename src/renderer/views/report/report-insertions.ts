import type { BlockDraft } from '../../../core/report/report-spec.ts'
import { client } from '../../client.ts'
import type { MenuItem } from '../../components/MenuButton.vue'
import { useWorkbench } from '../../stores/workbench.ts'

/** What may be put into a report: text, or something of the newest run. @param insert puts a block where the person is */
export function useReportInsertions(insert: (draft: BlockDraft) => Promise<void>): readonly MenuItem[] {
  const workbench = useWorkbench()
  /** The newest run, and the best point of it, which a new block shows until another is named. */
  const newest = async () => {
    const [project, run] = [workbench.project!.id, workbench.project!.runs.at(-1)?.id]
    if (run === undefined) throw new Error('The project has no results yet. Start a search first.')
    const { best, compared } = await client.runs.view({ project, run })
    return { run, point: workbench.selection.point ?? best?.id ?? 1, points: compared.slice(0, 6).map((one) => one.id) }
  }
  const inserting = (title: string, make: (at: Awaited<ReturnType<typeof newest>>) => BlockDraft): MenuItem => ({
    title,
    run: () => workbench.attempt(async () => insert(make(await newest())))
  })
  return [
    { title: 'Text', run: () => insert({ kind: 'text', text: '' }) },
    inserting('Facts of a point', ({ point }) => ({ kind: 'facts', point })),
    inserting('Figure: front', ({ run }) => ({ kind: 'figure', figure: { figure: 'front', run } })),
    inserting('Figure: policies', ({ run }) => ({ kind: 'figure', figure: { figure: 'policies', run } })),
    inserting('Figure: time', ({ points }) => ({ kind: 'figure', figure: { figure: 'time', points } })),
    inserting('Figure: memory', ({ points }) => ({ kind: 'figure', figure: { figure: 'memory', points } })),
    inserting('Figure: from one time to another', ({ points: [to = 1, from = 1] }) => ({
      kind: 'figure',
      figure: { figure: 'waterfall', from, to }
    })),
    inserting('Figure: wafer', ({ point }) => ({ kind: 'figure', figure: { figure: 'wafer', point } })),
    inserting('Figure: roofline', ({ point }) => ({ kind: 'figure', figure: { figure: 'roofline', point } })),
    inserting('Figure: step by operator', ({ point }) => ({ kind: 'figure', figure: { figure: 'breakdown', point } })),
    inserting('Figure: timeline', ({ point }) => ({ kind: 'figure', figure: { figure: 'timeline', points: [point] } })),
    inserting('Figure: memory over time', ({ point }) => ({
      kind: 'figure',
      figure: { figure: 'memory-time', point }
    })),
    inserting('Figure: peak memory of dies', ({ point }) => ({
      kind: 'figure',
      figure: { figure: 'memory-dies', point }
    })),
    inserting('Figure: use of links', ({ point }) => ({ kind: 'figure', figure: { figure: 'links', point } })),
    inserting('Table', ({ run }) => ({ kind: 'table', table: 'policies', run })),
    inserting('Passage on a run', ({ run }) => ({ kind: 'passage', passage: 'headline', run })),
    inserting('Mapping', ({ point }) => ({ kind: 'mapping', point })),
    inserting('Comparison', ({ points }) => ({ kind: 'comparison', points: points.slice(0, 2) })),
    inserting('Provenance', ({ run }) => ({ kind: 'provenance', run }))
  ]
}
