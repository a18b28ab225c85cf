import { copyFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Backup, ProjectView, RecoveredProject } from '../../contract/projects-contract.ts'
import { backupsOf } from './back-up.ts'
import { examineProject } from './examine-project.ts'
import type { ProjectLibrary } from './project-library.ts'
import { freeProjectPath, newProjectPath, type ProjectTarget } from './project-paths.ts'
import { guarded } from './project-problem.ts'
import { projectName } from './recent-projects.ts'
import { recoverProject } from './recover-project.ts'

/** What is done with project files as a whole: copies, backups, what is left of a damaged one. No file is ever overwritten. */
export class ProjectFiles {
  readonly #library: ProjectLibrary
  readonly #folder: string

  /** @param folder where new projects are put */
  constructor(library: ProjectLibrary, folder: string) {
    this.#library = library
    this.#folder = folder
  }

  saveAs(project: string, target: ProjectTarget): ProjectView {
    return this.#library.open(this.saveCopy(project, target))
  }

  /** @returns where the copy is */
  saveCopy(project: string, target: ProjectTarget): string {
    const store = this.#library.store(project)
    const path = guarded('path' in target ? target.path : this.#folder, () => newProjectPath(target, this.#folder))
    store.copyTo(path)
    return path
  }

  backups(path: string): Backup[] {
    return guarded(path, () => backupsOf(path), 'read')
  }

  /** Opens a backup as a project of its own; the backup stays. @throws Problem of the backup */
  openBackup(path: string): ProjectView {
    return guarded(path, () => {
      examineProject(path)
      const copy = freeProjectPath(dirname(path), `${projectName(path).replace(/\.bak$/, '')} (backup)`)
      copyFileSync(path, copy)
      return this.#library.open(copy)
    })
  }

  /** @throws Problem `corrupt-project` when nothing can be read */
  recover(path: string): RecoveredProject {
    const target = freeProjectPath(dirname(path), `${projectName(path)} (recovered)`)
    const saved = guarded(path, () => recoverProject(path, target))
    return { ...saved, view: this.#library.open(target) }
  }
}
