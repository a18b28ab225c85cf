import { os } from './implementer.ts'

export const runRoutes = {
  view: os.runs.view.handler(({ context, input }) => context.services.library.runView(input.project, input.run)),
  columns: os.runs.columns.handler(({ context, input }) =>
    context.services.library.store(input.project).pointColumns(input.run, input.after)
  ),
  point: os.runs.point.handler(({ context, input }) => context.services.library.store(input.project).point(input.point))
}
