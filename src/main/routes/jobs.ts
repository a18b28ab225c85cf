import { os } from './implementer.ts'

export const jobRoutes = {
  list: os.jobs.list.handler(({ context }) => context.services.jobs.list()),
  start: os.jobs.start.handler(({ context, input }) => context.services.jobs.start(input)),
  stop: os.jobs.stop.handler(({ context, input }) => context.services.jobs.stop(input.job)),
  watch: os.jobs.watch.handler(({ context, input, signal }) => context.services.jobs.watch(input.job, signal))
}
