import { EventEmitter, on } from 'node:events'
import { nameAfter } from '../../contract/document-name.ts'
import type { DocumentKind } from '../../contract/document-contents.ts'
import type { InputReference } from '../../contract/input-reference.ts'
import type {
  DocumentEvent,
  DocumentState,
  DocumentStep,
  DocumentSummary,
  DocumentView,
  EditAnswer,
  ImportedDocument,
  NamedVersion
} from '../../contract/documents-contract.ts'
import { documentFrom } from '../input/document-input.ts'
import { waferOf } from './wafer-of-defects.ts'
import type { Edit, ProjectDocuments } from './project-documents.ts'
import type { ProjectLibrary } from './project-library.ts'

/** Changes of documents on behalf of pages; every page that watches the project is told. */
export class DocumentService {
  readonly #library: ProjectLibrary
  readonly #events = new EventEmitter<Record<string, [DocumentEvent]>>().setMaxListeners(0)

  constructor(library: ProjectLibrary) {
    this.#library = library
  }

  reading(project: string): ProjectDocuments {
    return this.#library.store(project).documents
  }

  create(project: string, kind: DocumentKind, name: string, content: unknown): DocumentView {
    return this.#listed(project, (documents) => documents.create(kind, name, content))
  }

  /** @throws Problem naming the file and what is wrong with it */
  importFile(project: string, fileName: string, text: string, chip?: InputReference): ImportedDocument {
    const documents = this.reading(project)
    const { kind, name, content, notes } = documentFrom(fileName, text, (map) => waferOf(documents, map, chip))
    const { id } = this.create(project, kind, nameAfter(name, kind), content)
    return {
      document: this.reading(project)
        .list()
        .find((one) => one.id === id)!,
      notes
    }
  }

  edit(project: string, document: number, revision: number, edit: Edit): EditAnswer {
    return this.#edited(project, document, (documents) => documents.edit(document, revision, edit))
  }

  undo(project: string, document: number, revision: number): DocumentStep {
    return this.#edited(project, document, (documents) => documents.undo(document, revision))
  }

  redo(project: string, document: number, revision: number): DocumentStep {
    return this.#edited(project, document, (documents) => documents.redo(document, revision))
  }

  travel(project: string, document: number, revision: number, edit: number): DocumentStep {
    return this.#edited(project, document, (documents) => documents.travel(document, revision, edit))
  }

  rename(project: string, document: number, name: string): DocumentSummary {
    return this.#listed(project, (documents) => documents.rename(document, name))
  }

  duplicate(project: string, document: number, name?: string): DocumentView {
    return this.#listed(project, (documents) => documents.duplicate(document, name))
  }

  trash(project: string, document: number): DocumentSummary {
    return this.#listed(project, (documents) => documents.trash(document))
  }

  restore(project: string, document: number): DocumentSummary {
    return this.#listed(project, (documents) => documents.restore(document))
  }

  nameVersion(project: string, name: string): NamedVersion {
    return this.#library.write(project, (store) => store.nameVersion(name))
  }

  /** @returns the documents as they are then */
  restoreVersion(project: string, version: number): DocumentSummary[] {
    const documents = this.#library.write(project, (store) => {
      store.restoreVersion(version)
      return store.documents.list()
    })
    for (const { id, revision } of documents)
      for (const change of ['edited', 'listed'] as const) this.#tell(project, { document: id, change, revision })
    return documents
  }

  async *watch(project: string, signal: AbortSignal | undefined): AsyncGenerator<DocumentEvent> {
    try {
      for await (const [event] of on(this.#events, project, signal ? { signal } : {}) as AsyncIterable<[DocumentEvent]>)
        yield event
    } catch (error) {
      if (!signal?.aborted) throw error
    }
  }

  #listed<Result extends DocumentSummary | DocumentView>(
    project: string,
    change: (documents: ProjectDocuments) => Result
  ): Result {
    const result = this.#library.write(project, (store) => change(store.documents))
    this.#tell(project, { document: result.id, change: 'listed', revision: result.revision })
    return result
  }

  #edited<Result extends DocumentState>(
    project: string,
    document: number,
    change: (documents: ProjectDocuments) => Result
  ): Result {
    const result = this.#library.write(project, (store) => change(store.documents))
    this.#tell(project, { document, change: 'edited', revision: result.revision })
    return result
  }

  #tell(project: string, event: DocumentEvent): void {
    this.#events.emit(project, event)
  }
}
