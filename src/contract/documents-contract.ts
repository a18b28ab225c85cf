import { eventIterator, type } from '@orpc/contract'
import * as z from 'zod'
import type { JsonPatch } from '../core/documents/json-patch.ts'
import { base, Name, ProjectInput } from './base.ts'
import {
  documentKinds,
  LONGEST_CONTENT_B,
  LONGEST_LABEL,
  type DocumentContent,
  type DocumentKind
} from './document-contents.ts'
import { InputReference } from './input-reference.ts'

/** A document in a list. Times are ISO 8601 in UTC. */
export interface DocumentSummary {
  readonly id: number
  readonly kind: DocumentKind
  readonly name: string
  /** Counts its changes, undoing included. */
  readonly revision: number
  readonly changedAt: string
  /** When it went to the trash; undefined when it did not. */
  readonly trashedAt: string | undefined
}

/** Where a document stands after a change. */
export interface DocumentState {
  readonly revision: number
  /** What undo would take back; undefined when there is nothing. */
  readonly undoLabel: string | undefined
  readonly redoLabel: string | undefined
}

/** Where it stands after an edit. */
export interface EditAnswer extends DocumentState {
  /** The edit had been made before, and was not made again; others may have followed it. */
  readonly repeated: boolean
}

/** A document as a person edits it. */
export type DocumentView<Kind extends DocumentKind = DocumentKind> = Kind extends DocumentKind
  ? Omit<DocumentSummary, 'kind'> & DocumentState & { readonly kind: Kind; readonly content: DocumentContent<Kind> }
  : never

/** A change that the program made of what it keeps: the steps that the page repeats. */
export interface DocumentStep extends DocumentState {
  readonly patch: JsonPatch
}

/** An entry of a document's history, the oldest first. */
export interface EditRecord {
  readonly id: number
  readonly label: string
  readonly madeAt: string
  readonly undone: boolean
}

/** Said to every page that watches the project. */
export interface DocumentEvent {
  readonly document: number
  /** What happened to it; after `listed` (made, renamed, trashed, restored) the list is another. */
  readonly change: 'edited' | 'listed'
  readonly revision: number
}

/** A document made of a file, with what a person should know of how it was read. */
export interface ImportedDocument {
  readonly document: DocumentSummary
  readonly notes: readonly string[]
}

/** A document as a file. */
export interface ExportedDocument {
  readonly fileName: string
  readonly text: string
}

/** A state of all documents that a person gave a name. */
export interface NamedVersion {
  readonly id: number
  readonly name: string
  readonly madeAt: string
  readonly documents: readonly { readonly document: number; readonly kind: DocumentKind; readonly name: string }[]
}

/** Names through which a pointer would reach past the document. */
const pointer = z
  .string()
  .max(2000)
  .regex(/^(\/[^/]*)*$/, "must be a JSON pointer: empty, or parts each after a '/'")
  .refine((path) => !/\/(__proto__|prototype|constructor)(\/|$)/.test(path), { error: 'names no part of a document' })

const Patch = z
  .array(
    z.discriminatedUnion('op', [
      z.strictObject({ op: z.literal('add'), path: pointer, value: z.unknown() }),
      z.strictObject({ op: z.literal('replace'), path: pointer, value: z.unknown() }),
      z.strictObject({ op: z.literal('remove'), path: pointer })
    ])
  )
  .max(200_000)

const DocumentInput = ProjectInput.extend({ document: z.int().positive() })
const DocumentAt = DocumentInput.extend({ revision: z.int().nonnegative().describe('that the change starts from') })
const label = z.string().trim().min(1).max(LONGEST_LABEL)
const key = z.string().min(1).max(100)

export const documentsContract = {
  /** Those in the trash included. */
  list: base.input(ProjectInput).output(type<readonly DocumentSummary[]>()),
  read: base.input(DocumentInput).output(type<DocumentView>()),
  create: base
    .input(ProjectInput.extend({ kind: z.enum(documentKinds), name: Name, content: z.unknown() }))
    .output(type<DocumentView>()),
  /**
   * Makes a change, committed when this answers. An edit whose `key` the document has seen is answered without being made again, so that
   * a page that lost the answer may repeat it. Edits in a row with the same `mergeKey` (one gesture) are undone as one.
   */
  edit: base
    .input(DocumentAt.extend({ label, patch: Patch, key, mergeKey: key.optional() }))
    .output(type<EditAnswer>()),
  undo: base.input(DocumentAt).output(type<DocumentStep>()),
  redo: base.input(DocumentAt).output(type<DocumentStep>()),
  /** Undoes or redoes until the given edit is the last one done; 0 undoes all. */
  travel: base.input(DocumentAt.extend({ edit: z.int().nonnegative() })).output(type<DocumentStep>()),
  history: base.input(DocumentInput).output(type<readonly EditRecord[]>()),
  rename: base.input(DocumentInput.extend({ name: Name })).output(type<DocumentSummary>()),
  duplicate: base.input(DocumentInput.extend({ name: Name.optional() })).output(type<DocumentView>()),
  trash: base.input(DocumentInput).output(type<DocumentSummary>()),
  restore: base.input(DocumentInput).output(type<DocumentSummary>()),
  /**
   * Makes a document of a file's text, whatever kind it is of.
   * @see ImportedDocument; a defect map is of the given chip, else of the newest of the project with its grid, else of a shipped one
   */
  import: base
    .input(
      ProjectInput.extend({
        fileName: z.string().min(1).max(255),
        text: z.string().max(LONGEST_CONTENT_B),
        chip: InputReference.optional()
      })
    )
    .output(type<ImportedDocument>()),
  /** As the command line reads it; a defect map also as CSV. */
  export: base
    .input(DocumentInput.extend({ format: z.enum(['json', 'csv']).default('json') }))
    .output(type<ExportedDocument>()),
  /** Changes as they happen, from whichever page. */
  watch: base.input(ProjectInput).output(eventIterator(type<DocumentEvent>()))
}

const VersionInput = ProjectInput.extend({ version: z.int().positive() })

export const versionsContract = {
  list: base.input(ProjectInput).output(type<readonly NamedVersion[]>()),
  create: base.input(ProjectInput.extend({ name: Name })).output(type<NamedVersion>()),
  /** Makes every document of the version what it was, by an edit that can be undone; documents made since stay. */
  restore: base.input(VersionInput).output(type<readonly DocumentSummary[]>())
}

export const projectSettingsContract = {
  /** A project's own settings, such as its layout, by name. */
  read: base.input(ProjectInput).output(type<Readonly<Record<string, unknown>>>()),
  write: base.input(ProjectInput.extend({ name: Name, value: z.json() })).output(type<void>())
}
