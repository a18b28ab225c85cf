import type { Database } from 'better-sqlite3'
import { LONGEST_CONTENT_B, type DocumentKind } from '../../contract/document-contents.ts'

export interface DocumentRow {
  readonly id: number
  readonly kind: DocumentKind
  readonly name: string
  readonly content: string
  readonly revision: number
  readonly changed_at: string
  readonly trashed_at: string | null
}

export interface EditRow {
  readonly id: number
  readonly made_at: string
  readonly label: string
  readonly merge_key: string | null
  readonly patch: string
  readonly inverse: string
  readonly undone: 0 | 1
}

export interface NewEdit {
  readonly label: string
  readonly mergeKey: string | undefined
  /** The page's name for the edit. */
  readonly key: string
  readonly patch: string
  readonly inverse: string
}

/** Undo reaches back this far: so many edits, or so many characters of patches. */
const MOST_EDITS = 500
const MOST_CHARACTERS = 32_000_000

/** SQL on the documents of a project and their edits. Writing calls belong within a transaction. */
export interface DocumentTable {
  all(): Omit<DocumentRow, 'content'>[]
  byId(id: number): DocumentRow | undefined
  insert(kind: DocumentKind, name: string, content: string): number
  /** Replaces the content and counts the revision on; returns the new revision. @param key of the edit that does, if one does */
  setContent(id: number, content: string, key?: string): number
  rename(id: number, name: string): void
  setTrashed(id: number, at: string | null): void
  edits(id: number): EditRow[]
  /** Without the patches, which may be large. */
  history(id: number): Omit<EditRow, 'patch' | 'inverse'>[]
  /** The newest edit that is done: what undo takes back. */
  lastDone(id: number): EditRow | undefined
  /** The oldest edit that is undone: what redo does. */
  firstUndone(id: number): EditRow | undefined
  hasEdit(id: number, key: string): boolean
  /** Adds an edit, forgets those that were undone, and the oldest that are past the cap. */
  addEdit(id: number, edit: NewEdit): void
  replaceEdit(edit: number, change: Omit<NewEdit, 'mergeKey'>): void
  removeEdit(edit: number): void
  setUndone(edit: number, undone: boolean): void
}

export function documentTable(database: Database): DocumentTable {
  const now = (): string => new Date().toISOString()
  const selectAll = database.prepare<[], Omit<DocumentRow, 'content'>>(
    'SELECT id, kind, substr(name, 1, 200) AS name, revision, changed_at, trashed_at FROM document ORDER BY id'
  )
  const selectId = database.prepare<[number], DocumentRow>(
    // No content of ours is longer; one put there by other means is not let in.
    `SELECT id, kind, substr(name, 1, 200) AS name, revision, changed_at, trashed_at,
       CASE WHEN octet_length(content) <= ${4 * LONGEST_CONTENT_B} THEN content ELSE 'null' END AS content
     FROM document WHERE id = ?`
  )
  const insertRow = database.prepare(
    'INSERT INTO document (kind, name, content, created_at, changed_at) VALUES (?, ?, ?, ?, ?)'
  )
  const updateContent = database
    .prepare<[string, string, string | null, number], number>(
      'UPDATE document SET content = ?, changed_at = ?, last_key = ?, revision = revision + 1 WHERE id = ? RETURNING revision'
    )
    .pluck()
  const updateName = database.prepare('UPDATE document SET name = ? WHERE id = ?')
  const updateTrashed = database.prepare('UPDATE document SET trashed_at = ? WHERE id = ?')
  const selectEdits = database.prepare<[number], EditRow>('SELECT * FROM edit WHERE document_id = ? ORDER BY id')
  const selectHistory = database.prepare<[number], Omit<EditRow, 'patch' | 'inverse'>>(
    'SELECT id, made_at, label, merge_key, undone FROM edit WHERE document_id = ? ORDER BY id'
  )
  const selectLastDone = database.prepare<[number], EditRow>(
    'SELECT * FROM edit WHERE document_id = ? AND undone = 0 ORDER BY id DESC LIMIT 1'
  )
  const selectFirstUndone = database.prepare<[number], EditRow>(
    'SELECT * FROM edit WHERE document_id = ? AND undone = 1 ORDER BY id LIMIT 1'
  )
  const selectKey = database
    .prepare<{ id: number; key: string }, 1>(
      `SELECT 1 FROM edit WHERE document_id = @id AND last_key = @key
       UNION ALL SELECT 1 FROM document WHERE id = @id AND last_key = @key LIMIT 1`
    )
    .pluck()
  const forgetUndone = database.prepare('DELETE FROM edit WHERE document_id = ? AND undone = 1')
  const insertEdit = database.prepare(
    `INSERT INTO edit (document_id, made_at, label, merge_key, last_key, patch, inverse)
     VALUES (@document, @made_at, @label, @mergeKey, @key, @patch, @inverse)`
  )
  const forgetOldest = database.prepare(
    `DELETE FROM edit WHERE id IN (
       SELECT id FROM (
         SELECT id, row_number() OVER newest AS place, sum(length(patch) + length(inverse)) OVER newest AS characters
         FROM edit WHERE document_id = ? WINDOW newest AS (ORDER BY id DESC)
       ) WHERE place > ${MOST_EDITS} OR (characters > ${MOST_CHARACTERS} AND place > 1))`
  )
  const updateEdit = database.prepare(
    'UPDATE edit SET label = @label, patch = @patch, inverse = @inverse, last_key = @key, made_at = @made_at WHERE id = @edit'
  )
  const deleteEdit = database.prepare('DELETE FROM edit WHERE id = ?')
  const updateUndone = database.prepare('UPDATE edit SET undone = ? WHERE id = ?')

  return {
    all: () => selectAll.all(),
    byId: (id) => selectId.get(id),
    insert(kind, name, content) {
      const time = now()
      return Number(insertRow.run(kind, name, content, time, time).lastInsertRowid)
    },
    setContent: (id, content, key) => updateContent.get(content, now(), key ?? null, id)!,
    rename: (id, name) => void updateName.run(name, id),
    setTrashed: (id, at) => void updateTrashed.run(at, id),
    edits: (id) => selectEdits.all(id),
    history: (id) => selectHistory.all(id),
    lastDone: (id) => selectLastDone.get(id),
    firstUndone: (id) => selectFirstUndone.get(id),
    hasEdit: (id, key) => selectKey.get({ id, key }) !== undefined,
    addEdit(document, edit) {
      forgetUndone.run(document)
      insertEdit.run({ ...edit, document, mergeKey: edit.mergeKey ?? null, made_at: now() })
      forgetOldest.run(document)
    },
    replaceEdit: (edit, change) => void updateEdit.run({ ...change, edit, made_at: now() }),
    removeEdit: (edit) => void deleteEdit.run(edit),
    setUndone: (edit, undone) => void updateUndone.run(undone ? 1 : 0, edit)
  }
}
