import type { Database } from 'better-sqlite3'
import type { DocumentKind } from '../../contract/document-contents.ts'
import type { NamedVersion } from '../../contract/documents-contract.ts'
import { contentHash } from '../../core/content-hash.ts'

export interface VersionDocument {
  readonly document: number
  readonly kind: DocumentKind
  readonly name: string
  readonly content: unknown
}

/** SQL on the named versions of a project: each content is kept once. Writing calls belong within a transaction. */
export interface VersionTable {
  all(): NamedVersion[]
  /** Names the present state of the documents that are not in the trash. */
  insert(name: string): number
  /** What the documents of a version were. */
  documents(id: number): VersionDocument[]
}

type Row = Omit<VersionDocument, 'content'> & { readonly content: string }

export function versionTable(database: Database): VersionTable {
  const selectAll = database.prepare<[], { id: number; name: string; made_at: string }>(
    'SELECT id, name, made_at FROM version ORDER BY id'
  )
  const selectDocuments = database.prepare<[number], NamedVersion['documents'][number]>(
    `SELECT document_id AS document, kind, version_document.name AS name
     FROM version_document JOIN document ON document.id = document_id WHERE version_id = ? ORDER BY document_id`
  )
  const selectContents = database.prepare<[number], Row>(
    `SELECT document_id AS document, kind, version_document.name AS name, version_content.content
     FROM version_document JOIN document ON document.id = document_id JOIN version_content ON hash = content_hash
     WHERE version_id = ? ORDER BY document_id`
  )
  const insertVersion = database.prepare('INSERT INTO version (name, made_at) VALUES (?, ?)')
  const present = database.prepare<[], { id: number; name: string; content: string }>(
    'SELECT id, name, content FROM document WHERE trashed_at IS NULL'
  )
  const insertContent = database.prepare(
    'INSERT INTO version_content (hash, content) VALUES (?, ?) ON CONFLICT DO NOTHING'
  )
  const insertDocument = database.prepare(
    'INSERT INTO version_document (version_id, document_id, name, content_hash) VALUES (?, ?, ?, ?)'
  )

  return {
    all: () =>
      selectAll
        .all()
        .map(({ id, name, made_at }) => ({ id, name, madeAt: made_at, documents: selectDocuments.all(id) })),
    insert(name) {
      const version = Number(insertVersion.run(name, new Date().toISOString()).lastInsertRowid)
      for (const document of present.all()) {
        const hash = contentHash(JSON.parse(document.content))
        insertContent.run(hash, document.content)
        insertDocument.run(version, document.id, document.name, hash)
      }
      return version
    },
    documents: (id) => selectContents.all(id).map((row) => ({ ...row, content: JSON.parse(row.content) as unknown }))
  }
}
