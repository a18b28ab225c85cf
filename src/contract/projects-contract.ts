import { type } from '@orpc/contract'
import * as z from 'zod'
import { base, Name, ProjectInput } from './base.ts'
import type { RunSummary, TrashedRun } from './runs-contract.ts'

export interface RecentProject {
  /** Stays the same for the same file. */
  readonly id: string
  readonly name: string
  readonly path: string
  readonly openedAt: string
  /** False when the file is not there any more. */
  readonly exists: boolean
  /** Stays in the list, and on top of it. */
  readonly pinned: boolean
  /** As of the last time it was open. */
  readonly runs: number | undefined
}

export interface ProjectView {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly runs: readonly RunSummary[]
  readonly trashedRuns: readonly TrashedRun[]
  /** Why nothing can be changed in it now, in words for a person; undefined when it can. */
  readonly readOnly: string | undefined
}

/** A copy of a project beside it. */
export interface Backup {
  readonly path: string
  readonly madeAt: string
}

/** What lies in the trash of a project. */
export interface TrashContents {
  readonly runs: number
  readonly points: number
  readonly documents: number
  /** Named versions that lose a document with it. */
  readonly versions: number
}

/** What a whole reading of a project found wrong. */
export interface ProjectCheck {
  readonly findings: readonly string[]
  /** Further ones that are not named. */
  readonly more: number
  readonly runs: number
  readonly points: number
  readonly documents: number
}

/** What was saved of a damaged project, and the project that it was saved into. */
export interface RecoveredProject {
  readonly view: ProjectView
  readonly runs: number
  readonly points: number
  readonly documents: number
}

/** A file on its way to a page. */
export interface Download {
  readonly download: string
  readonly fileName: string
  readonly size_B: number
}

const Path = z.string().min(1).max(4096)
/** Where a project is saved: under a name in the folder of new projects, or at a path. Nothing is overwritten. */
const Target = z.union([z.strictObject({ name: Name }), z.strictObject({ path: Path })])

/** Largest project that a page may send, B. */
export const LARGEST_UPLOAD_B = 2e9
/** Files cross in pieces of at most so many bytes. */
export const PIECE_B = 1_000_000

export const projectsContract = {
  recent: base.output(type<readonly RecentProject[]>()),
  forget: base.input(ProjectInput).output(type<readonly RecentProject[]>()),
  pin: base.input(ProjectInput.extend({ pinned: z.boolean() })).output(type<readonly RecentProject[]>()),
  /** Asks the person for a file, where the host can; undefined when they change their mind. */
  choose: base.output(type<string | undefined>()),
  /** @see ProjectView.readOnly; a damaged project, or one of a newer format, is opened `asFarAsPossible` only for reading */
  open: base.input(z.strictObject({ path: Path, asFarAsPossible: z.boolean().optional() })).output(type<ProjectView>()),
  /** A recent project that lies somewhere else now. */
  locate: base.input(ProjectInput.extend({ path: Path })).output(type<ProjectView>()),
  openSample: base.output(type<ProjectView>()),
  create: base.input(z.strictObject({ name: Name })).output(type<ProjectView>()),
  /** A project opened before, by its id. */
  view: base.input(ProjectInput).output(type<ProjectView>()),
  /** Copies that lie beside a project. */
  backups: base.input(z.strictObject({ path: Path })).output(type<readonly Backup[]>()),
  /** Opens a copy of a backup under a name of its own. */
  openBackup: base.input(z.strictObject({ path: Path })).output(type<ProjectView>()),
  /** Saves what can be read of a damaged project into a new one beside it, and opens that. */
  recover: base.input(z.strictObject({ path: Path })).output(type<RecoveredProject>()),
  /** Saves a copy and opens it. */
  saveAs: base.input(ProjectInput.extend({ target: Target })).output(type<ProjectView>()),
  /** Saves a copy and stays where it is; answers the path. */
  saveCopy: base.input(ProjectInput.extend({ target: Target })).output(type<string>()),
  /** Reads the whole project and tells what is wrong with it; minutes for a large one, taken back by whoever stops listening. */
  check: base.input(ProjectInput).output(type<ProjectCheck>()),
  /** Asks the person where to save, where the host can; undefined when they change their mind. */
  chooseTarget: base.input(z.strictObject({ suggestion: Name })).output(type<string | undefined>()),
  trash: {
    contents: base.input(ProjectInput).output(type<TrashContents>()),
    /** Deletes what is in the trash for ever; answers by how many bytes the file became smaller. */
    empty: base.input(ProjectInput).output(type<number>())
  },
  upload: {
    begin: base
      .input(z.strictObject({ fileName: z.string().min(1).max(255), size_B: z.int().positive().max(LARGEST_UPLOAD_B) }))
      .output(type<string>()),
    append: base.input(z.strictObject({ upload: z.uuid(), bytes: z.instanceof(Uint8Array) })).output(type<void>()),
    /** Opens what was sent, under a name that is free. */
    finish: base.input(z.strictObject({ upload: z.uuid() })).output(type<ProjectView>())
  },
  download: {
    /** Takes a copy of the project as it is now. */
    begin: base.input(ProjectInput).output(type<Download>()),
    /** The next bytes from there; the copy is gone when the last were read. */
    read: base
      .input(z.strictObject({ download: z.uuid(), offset_B: z.int().nonnegative() }))
      .output(type<Uint8Array<ArrayBuffer>>())
  }
}
