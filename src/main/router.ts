import { documentRoutes, projectSettingRoutes, versionRoutes } from './routes/documents.ts'
import { evaluationRoutes } from './routes/evaluation.ts'
import { os } from './routes/implementer.ts'
import { jobRoutes } from './routes/jobs.ts'
import { presetRoutes } from './routes/presets.ts'
import { projectRoutes } from './routes/projects.ts'
import { reportRoutes } from './routes/reports.ts'
import { runRoutes } from './routes/runs.ts'
import { settingsRoutes } from './routes/settings.ts'
import { shellRoutes } from './routes/shell.ts'

/** The contract on the services; the same for every host. */
export const router = os.router({
  host: { info: os.host.info.handler(({ context }) => context.services.info) },
  shell: shellRoutes,
  settings: settingsRoutes,
  presets: presetRoutes,
  projects: projectRoutes,
  documents: documentRoutes,
  versions: versionRoutes,
  projectSettings: projectSettingRoutes,
  runs: runRoutes,
  jobs: jobRoutes,
  evaluation: evaluationRoutes,
  reports: reportRoutes
})
