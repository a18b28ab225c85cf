import { os } from './implementer.ts'

export const projectRoutes = {
  recent: os.projects.recent.handler(({ context }) => context.services.library.recent()),
  forget: os.projects.forget.handler(({ context, input }) => context.services.library.forget(input.project)),
  choose: os.projects.choose.handler(({ context }) => context.services.chooseProject()),
  open: os.projects.open.handler(({ context, input }) => context.services.library.open(input.path)),
  openSample: os.projects.openSample.handler(({ context }) => context.services.library.openSample()),
  create: os.projects.create.handler(({ context, input }) => context.services.library.create(input.name)),
  view: os.projects.view.handler(({ context, input }) => context.services.library.view(input.project))
}
