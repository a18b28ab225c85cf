import type { ContractRouterClient } from '@orpc/contract'
import { documentsContract, projectSettingsContract, versionsContract } from './documents-contract.ts'
import { evaluationContract } from './evaluation-contract.ts'
import { hostContract } from './host-contract.ts'
import { jobsContract } from './jobs-contract.ts'
import { presetsContract } from './presets-contract.ts'
import { projectsContract } from './projects-contract.ts'
import { reportsContract } from './reports-contract.ts'
import { runsContract } from './runs-contract.ts'
import { settingsContract } from './settings-contract.ts'
import { shellContract } from './shell-contract.ts'

/** Everything a page may ask the program, one module per concern. */
export const workbenchContract = {
  host: hostContract,
  shell: shellContract,
  settings: settingsContract,
  presets: presetsContract,
  projects: projectsContract,
  documents: documentsContract,
  versions: versionsContract,
  projectSettings: projectSettingsContract,
  runs: runsContract,
  jobs: jobsContract,
  evaluation: evaluationContract,
  reports: reportsContract
}
export type WorkbenchContract = typeof workbenchContract
/** What a page, and a test, calls; whatever carries it. */
export type WorkbenchClient = ContractRouterClient<WorkbenchContract>
