import { implement } from '@orpc/server'
import { workbenchContract } from '../contract/workbench.ts'
import { activeDies, dieMemory_B, diePeak_flops } from '../core/chip/die-resources.ts'
import { chipPresets } from '../core/chip/chip-presets.ts'
import { Problem } from '../core/problem.ts'
import { modelPresets } from '../core/workload/model-presets.ts'
import type { Services } from './services.ts'

/** A Problem crosses to the page as it is; anything else stays a fault of the program. */
const os = implement(workbenchContract)
  .$context<{ services: Services }>()
  .use(async ({ next, errors }) => {
    try {
      return await next()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw errors.PROBLEM({ message: error.message, data: { code: error.code, path: error.path } })
    }
  })

/** The contract on the services; the same for every host. */
export const router = os.router({
  host: { info: os.host.info.handler(({ context }) => context.services.info) },
  presets: {
    models: os.presets.models.handler(() =>
      modelPresets.map(({ name, title, spec }) => ({
        name,
        title,
        layers: spec.layers,
        hidden: spec.hidden,
        experts: spec.moe?.experts,
        longestSequence: spec.maxPositions
      }))
    ),
    chips: os.presets.chips.handler(() =>
      chipPresets.map((chip) => ({
        name: chip.name,
        title: chip.title || chip.name,
        kind: chip.kind,
        dies: activeDies(chip),
        peak_flops: activeDies(chip) * diePeak_flops(chip),
        memory_B: activeDies(chip) * dieMemory_B(chip)
      }))
    )
  },
  projects: {
    recent: os.projects.recent.handler(({ context }) => context.services.library.recent()),
    forget: os.projects.forget.handler(({ context, input }) => context.services.library.forget(input.project)),
    choose: os.projects.choose.handler(({ context }) => context.services.chooseProject()),
    open: os.projects.open.handler(({ context, input }) => context.services.library.open(input.path)),
    openSample: os.projects.openSample.handler(({ context }) => context.services.library.openSample()),
    create: os.projects.create.handler(({ context, input }) => context.services.library.create(input.name)),
    view: os.projects.view.handler(({ context, input }) => context.services.library.view(input.project))
  },
  runs: {
    view: os.runs.view.handler(({ context, input }) => context.services.library.runView(input.project, input.run)),
    columns: os.runs.columns.handler(({ context, input }) =>
      context.services.library.store(input.project).pointColumns(input.run, input.after)
    ),
    point: os.runs.point.handler(({ context, input }) =>
      context.services.library.store(input.project).point(input.point)
    )
  },
  jobs: {
    list: os.jobs.list.handler(({ context }) => context.services.jobs.list()),
    start: os.jobs.start.handler(({ context, input }) => context.services.jobs.start(input)),
    stop: os.jobs.stop.handler(({ context, input }) => context.services.jobs.stop(input.job)),
    watch: os.jobs.watch.handler(({ context, input, signal }) => context.services.jobs.watch(input.job, signal))
  }
})
