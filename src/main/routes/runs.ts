import { POINTS_AT_ONCE } from '../../contract/runs-contract.ts'
import { insightsOfService } from '../report/report-insights.ts'
import { os } from './implementer.ts'

export const runRoutes = {
  view: os.runs.view.handler(({ context, input }) => context.services.library.runView(input.project, input.run)),
  columns: os.runs.columns.handler(({ context, input }) =>
    context.services.library.store(input.project).pointColumns(input.run, input.after, POINTS_AT_ONCE)
  ),
  point: os.runs.point.handler(({ context, input }) =>
    context.services.library.store(input.project).point(input.point)
  ),
  trash: os.runs.trash.handler(({ context: { services }, input: { project, run } }) =>
    services.trash.trashRun(project, run, insightsOfService(services.evaluation, project))
  ),
  restore: os.runs.restore.handler(({ context, input }) => context.services.trash.restoreRun(input.project, input.run)),
  note: os.runs.note.handler(({ context, input }) =>
    context.services.library.write(input.project, (store) => store.setNote(input.run, input.note))
  )
}
