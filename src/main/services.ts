import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import packageFile from '../../package.json' with { type: 'json' }
import type { HostInfo } from '../contract/host-contract.ts'
import { EvaluationService } from './evaluation/evaluation-service.ts'
import type { SpawnEngine } from './host/spawn-engine.ts'
import { JobService } from './jobs/job-service.ts'
import { DocumentService } from './projects/document-service.ts'
import { projectFormat } from './projects/migrations.ts'
import { ProjectFiles } from './projects/project-files.ts'
import { ProjectLibrary } from './projects/project-library.ts'
import { ProjectTrash } from './projects/project-trash.ts'
import { ProjectTransfers } from './projects/project-transfers.ts'
import { SettingsFile } from './settings-file.ts'

export interface ServiceOptions {
  readonly host: HostInfo['host']
  readonly dataFolder: string
  readonly projectFolder: string
  /** Folder of the program's own `resources`. */
  readonly resources: string
  readonly spawn: SpawnEngine
  /** Asks for a file in a dialog of the operating system. */
  readonly chooseProject?: () => Promise<string | undefined>
  /** Asks where to save, under a suggested name, in a dialog of the operating system. */
  readonly chooseTarget?: (suggestion: string) => Promise<string | undefined>
}

/** The program without a face: what both hosts put in front of a page. */
export function createServices(options: ServiceOptions) {
  const workers = Math.min(availableParallelism(), 64)
  const library = new ProjectLibrary({
    dataFolder: options.dataFolder,
    projectFolder: options.projectFolder,
    sample: join(options.resources, 'samples', 'projects', 'llama-3-70b-on-54-dies.tmac')
  })
  const versions = { tmac: packageFile.version, node: process.versions.node, schema: projectFormat }
  const jobs = new JobService({ library, spawn: options.spawn, workers, versions })
  const evaluation = new EvaluationService({
    library,
    spawn: options.spawn,
    program: `tmac ${packageFile.version}`
  })
  const info: HostInfo = {
    version: packageFile.version,
    host: options.host,
    choosesFiles: options.chooseProject !== undefined,
    projectFolder: options.projectFolder,
    workers
  }
  const transfers = new ProjectTransfers(library, options.projectFolder)
  return {
    info,
    settings: new SettingsFile(join(options.dataFolder, 'settings.json')),
    library,
    documents: new DocumentService(library),
    files: new ProjectFiles(library, options.projectFolder),
    transfers,
    trash: new ProjectTrash(library),
    jobs,
    evaluation,
    chooseProject: options.chooseProject ?? (async () => undefined),
    chooseTarget: options.chooseTarget ?? (async () => undefined),
    async close(): Promise<void> {
      evaluation.close()
      await jobs.close()
      transfers.close()
      library.close()
    }
  }
}
export type Services = ReturnType<typeof createServices>
