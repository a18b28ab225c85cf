import { type } from '@orpc/contract'
import * as z from 'zod'
import { base, Name, ProjectInput } from './base.ts'
import type { RunSummary } from './runs-contract.ts'

export interface RecentProject {
  /** Stays the same for the same file. */
  readonly id: string
  readonly name: string
  readonly path: string
  readonly openedAt: string
  /** False when the file is not there any more. */
  readonly exists: boolean
}

export interface ProjectView {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly runs: readonly RunSummary[]
}

const Path = z.string().min(1).max(4096)

export const projectsContract = {
  recent: base.output(type<readonly RecentProject[]>()),
  forget: base.input(ProjectInput).output(type<readonly RecentProject[]>()),
  /** Asks the person for a file, where the host can; undefined when they change their mind. */
  choose: base.output(type<string | undefined>()),
  open: base.input(z.strictObject({ path: Path })).output(type<ProjectView>()),
  openSample: base.output(type<ProjectView>()),
  create: base.input(z.strictObject({ name: Name })).output(type<ProjectView>()),
  /** A project opened before, by its id. */
  view: base.input(ProjectInput).output(type<ProjectView>())
}
