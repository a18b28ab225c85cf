import { insightsOfService } from '../report/report-insights.ts'
import { reportFile, showBlocks, templateReport } from '../report/report-service.ts'
import { os } from './implementer.ts'

export const reportRoutes = {
  show: os.reports.show.handler(({ context, input }) =>
    showBlocks(
      context.services.library.store(input.project),
      input.blocks,
      insightsOfService(context.services.evaluation, input.project)
    )
  ),
  template: os.reports.template.handler(({ context, input: { project, template, ...numbers } }) =>
    templateReport(context.services.library.store(project), template, numbers)
  ),
  make: os.reports.make.handler(({ context, input }) =>
    reportFile(
      context.services.library.store(input.project),
      input.document,
      input.format,
      insightsOfService(context.services.evaluation, input.project)
    )
  )
}
