import { os } from './implementer.ts'

export const jobRoutes = {
  list: os.jobs.list.handler(({ context }) => context.services.jobs.list()),
  interrupted: os.jobs.interrupted.handler(({ context }) => context.services.jobs.interrupted()),
  prepare: os.jobs.prepare.handler(({ context }) => context.services.jobs.prepare()),
  check: os.jobs.check.handler(({ context, input, signal }) => context.services.jobs.check(input, signal)),
  command: os.jobs.command.handler(({ context, input }) => context.services.jobs.command(input)),
  start: os.jobs.start.handler(({ context, input }) => context.services.jobs.start(input)),
  pause: os.jobs.pause.handler(({ context, input }) => context.services.jobs.pause(input.job)),
  resume: os.jobs.resume.handler(({ context, input }) => context.services.jobs.resume(input.job)),
  resumeRun: os.jobs.resumeRun.handler(({ context, input }) =>
    context.services.jobs.resumeRun(input.project, input.run)
  ),
  dismissRun: os.jobs.dismissRun.handler(({ context, input }) =>
    context.services.jobs.dismissRun(input.project, input.run)
  ),
  stop: os.jobs.stop.handler(({ context, input }) => context.services.jobs.stop(input.job)),
  watch: os.jobs.watch.handler(({ context, input, signal }) => context.services.jobs.watch(input.job, signal)),
  track: os.jobs.track.handler(({ context, input }) => context.services.jobs.track(input.job))
}
