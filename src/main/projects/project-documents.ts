import { randomUUID } from 'node:crypto'
import type {
  DocumentState,
  DocumentStep,
  DocumentSummary,
  DocumentView,
  EditAnswer,
  EditRecord
} from '../../contract/documents-contract.ts'
import { parseContent, type DocumentKind } from '../../contract/document-contents.ts'
import { inversePatch, patchBetween, patched, type JsonPatch } from '../../core/documents/json-patch.ts'
import { Problem } from '../../core/problem.ts'
import type { DocumentRow, DocumentTable, EditRow } from './document-table.ts'
import { guarded } from './project-problem.ts'
import type { Transact } from './run-writer.ts'

export interface Edit {
  readonly label: string
  readonly patch: JsonPatch
  /** The page's name for the edit: one that comes twice is made once. */
  readonly key: string
  readonly mergeKey?: string | undefined
}

/**
 * The documents of a project. Every change is one transaction: on the disk when the call returns, with what takes it back. Changes name the
 * revision that they start from, and are refused (`conflict`) when the document has moved on.
 */
export class ProjectDocuments {
  readonly #path: string
  readonly #table: DocumentTable
  readonly #transact: Transact

  constructor(path: string, table: DocumentTable, transact: Transact) {
    this.#path = path
    this.#table = table
    this.#transact = transact
  }

  list(): DocumentSummary[] {
    return guarded(this.#path, () => this.#table.all()).map(summaryOf)
  }

  /** @throws Problem `unknown-name`, or `corrupt-project` when what is stored is not what its kind says */
  read(id: number): DocumentView {
    return this.#view(this.#row(id))
  }

  create(kind: DocumentKind, name: string, content: unknown): DocumentView {
    const parsed = parseContent(kind, content, `${kind} '${name}'`)
    let id = 0
    this.#transact(() => (id = this.#table.insert(kind, this.#freeName(kind, name), JSON.stringify(parsed))))
    return this.read(id)
  }

  edit(id: number, revision: number, { label, patch, key, mergeKey }: Edit): EditAnswer {
    const row = this.#row(id)
    if (this.#table.hasEdit(id, key)) return { ...this.#state(id, row.revision), repeated: true }
    requireRevision(row, revision)
    const before = this.#content(row)
    const after = parseContent(row.kind, this.#patched(row, before, patch), `${row.kind} '${row.name}'`)
    const steps = patchBetween(before, after)
    if (steps.length === 0) return { ...this.#state(id, revision), repeated: false }
    let next = revision
    this.#transact(() => {
      next = this.#table.setContent(id, JSON.stringify(after), key)
      const last = this.#table.lastDone(id)
      const merges = mergeKey !== undefined && last?.merge_key === mergeKey && !this.#table.firstUndone(id)
      if (merges) this.#merge(last, before, after, { label, key })
      else this.#table.addEdit(id, { label, mergeKey, key, ...stored(steps, inversePatch(before, steps)) })
    })
    return { ...this.#state(id, next), repeated: false }
  }

  /** @throws Problem `conflict`; where there is nothing to undo the step is empty */
  undo(id: number, revision: number): DocumentStep {
    return this.#move(id, revision, () => {
      const edit = this.#table.lastDone(id)
      return edit ? [edit] : []
    })
  }

  redo(id: number, revision: number): DocumentStep {
    return this.#move(id, revision, () => {
      const edit = this.#table.firstUndone(id)
      return edit ? [edit] : []
    })
  }

  /** Undoes what came after an edit, or redoes up to it; 0 undoes all. @throws Problem `unknown-name`, `conflict` */
  travel(id: number, revision: number, target: number): DocumentStep {
    return this.#move(id, revision, () => {
      const edits = this.#table.edits(id)
      if (target !== 0 && !edits.some((edit) => edit.id === target))
        throw new Problem('unknown-name', `the history of document ${id} has no entry ${target} any more`)
      const later = edits.filter((edit) => edit.id > target && edit.undone === 0).toReversed()
      return later.length > 0 ? later : edits.filter((edit) => edit.id <= target && edit.undone === 1)
    })
  }

  history(id: number): EditRecord[] {
    this.#row(id)
    return this.#table
      .history(id)
      .map(({ id: edit, label, made_at, undone }) => ({ id: edit, label, madeAt: made_at, undone: undone === 1 }))
  }

  /** Makes a document what it was, as one edit, and takes it out of the trash. */
  become(id: number, name: string, content: unknown, label: string): void {
    const { revision, content: present } = this.read(id)
    this.restore(id)
    this.rename(id, name)
    this.edit(id, revision, { label, patch: patchBetween(present, content), key: randomUUID() })
  }

  rename(id: number, name: string): DocumentSummary {
    const { kind, name: former } = this.#row(id)
    if (name !== former) this.#transact(() => this.#table.rename(id, this.#freeName(kind, name)))
    return summaryOf(this.#row(id))
  }

  duplicate(id: number, name?: string): DocumentView {
    const row = this.#row(id)
    return this.create(row.kind, name ?? `${row.name} copy`, this.#content(row))
  }

  trash(id: number): DocumentSummary {
    return this.#setTrashed(id, new Date().toISOString())
  }

  restore(id: number): DocumentSummary {
    return this.#setTrashed(id, null)
  }

  #setTrashed(id: number, at: string | null): DocumentSummary {
    this.#row(id)
    this.#transact(() => this.#table.setTrashed(id, at))
    return summaryOf(this.#row(id))
  }

  /** Undoes or redoes edits, each by its own patch, as one change of the document. */
  #move(id: number, revision: number, choose: () => readonly EditRow[]): DocumentStep {
    const row = this.#row(id)
    requireRevision(row, revision)
    const edits = choose()
    if (edits.length === 0) return { ...this.#state(id, revision), patch: [] }
    const before = this.#content(row)
    const after = edits.reduce<unknown>(
      (content, edit) => this.#patched(row, content, JSON.parse(edit.undone ? edit.patch : edit.inverse) as JsonPatch),
      before
    )
    const content = parseContent(row.kind, after, `${row.kind} '${row.name}'`)
    let next = revision
    this.#transact(() => {
      next = this.#table.setContent(id, JSON.stringify(content))
      for (const edit of edits) this.#table.setUndone(edit.id, edit.undone === 0)
    })
    return { ...this.#state(id, next), patch: patchBetween(before, content) }
  }

  /** Makes one entry of a gesture's steps, in the words of the last; a gesture that ends where it began leaves none. */
  #merge(last: EditRow, before: unknown, after: unknown, edit: Pick<Edit, 'label' | 'key'>): void {
    const start = patched(before, JSON.parse(last.inverse) as JsonPatch)
    const steps = patchBetween(start, after)
    if (steps.length === 0) this.#table.removeEdit(last.id)
    else this.#table.replaceEdit(last.id, { ...edit, ...stored(steps, inversePatch(start, steps)) })
  }

  /** A name that no other document of the kind has: people tell them apart by it. */
  #freeName(kind: DocumentKind, name: string): string {
    const taken = new Set(this.#table.all().flatMap((row) => (row.kind === kind && !row.trashed_at ? [row.name] : [])))
    if (!taken.has(name)) return name
    for (let number = 2; ; number++) if (!taken.has(`${name} ${number}`)) return `${name} ${number}`
  }

  #row(id: number): DocumentRow {
    const row = guarded(this.#path, () => this.#table.byId(id))
    if (row) return row
    throw new Problem('unknown-name', `'${this.#path}' has no document ${id}`)
  }

  #content(row: DocumentRow): unknown {
    try {
      return parseContent(row.kind, JSON.parse(row.content), `${row.kind} '${row.name}'`)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Problem('corrupt-project', `'${this.#path}' is damaged: ${why}. Restore a copy, or a named version`)
    }
  }

  #view(row: DocumentRow): DocumentView {
    const view = { ...summaryOf(row), ...this.#state(row.id, row.revision), content: this.#content(row) }
    return view as DocumentView
  }

  #state(id: number, revision: number): DocumentState {
    return {
      revision,
      undoLabel: this.#table.lastDone(id)?.label,
      redoLabel: this.#table.firstUndone(id)?.label
    }
  }

  #patched(row: DocumentRow, content: unknown, patch: JsonPatch): unknown {
    try {
      return patched(content, patch)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Problem('bad-input', `${row.kind} '${row.name}': the change does not fit it (${why}). Read it again`)
    }
  }
}

const stored = (patch: JsonPatch, inverse: JsonPatch): { readonly patch: string; readonly inverse: string } => ({
  patch: JSON.stringify(patch),
  inverse: JSON.stringify(inverse)
})

const summaryOf = (row: Omit<DocumentRow, 'content'>): DocumentSummary => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  revision: row.revision,
  changedAt: row.changed_at,
  trashedAt: row.trashed_at ?? undefined
})

function requireRevision(row: DocumentRow, revision: number): void {
  if (row.revision === revision) return
  throw new Problem(
    'conflict',
    `${row.kind} '${row.name}' is at change ${row.revision}, not ${revision}: it was changed elsewhere. Read it again`
  )
}
