import { os } from './implementer.ts'

export const evaluationRoutes = {
  point: os.evaluation.point.handler(({ context, input, signal }) =>
    context.services.evaluation.point(input, input.level, signal)
  ),
  timeline: os.evaluation.timeline.handler(({ context, input, signal }) =>
    context.services.evaluation.timeline(input, signal)
  ),
  timelineDetail: os.evaluation.timelineDetail.handler(({ context, input, signal }) =>
    context.services.evaluation.timelineDetail(input, input.span, signal)
  ),
  linkFlows: os.evaluation.linkFlows.handler(({ context, input, signal }) =>
    context.services.evaluation.linkFlows(input, input.link, signal)
  ),
  trace: os.evaluation.trace.handler(({ context, input, signal }) => context.services.evaluation.trace(input, signal)),
  framework: os.evaluation.framework.handler(({ context, input, signal }) =>
    context.services.evaluation.framework(input, input.framework, signal)
  ),
  alternatives: os.evaluation.alternatives.handler(({ context, input, signal }) =>
    context.services.evaluation.alternatives(input, input.mappings, signal)
  ),
  damaged: os.evaluation.damaged.handler(({ context, input, signal }) =>
    context.services.evaluation.damaged(input, input.level, input.defects, signal)
  ),
  importMapping: os.evaluation.importMapping.handler(({ context, input, signal }) =>
    context.services.evaluation.importMapping(input, signal)
  ),
  keep: os.evaluation.keep.handler(({ context, input, signal }) => context.services.evaluation.keep(input, signal))
}
