import { computed, watch, type ComputedRef } from 'vue'
import type { DocumentContent, DocumentKind } from '../../contract/document-contents.ts'
import { useDocuments } from './documents.ts'

/** A document that is looked at. */
export interface ReadDocument<Kind extends DocumentKind> {
  /** Undefined until it is loaded. */
  readonly content: DocumentContent<Kind> | undefined
  readonly problem: string | undefined
}

/**
 * A document of the open project for a view that shows it beside what it edits: it follows every change, and Undo is not its own.
 * @param id undefined while there is none to read
 */
export function useDocumentReading<Kind extends DocumentKind>(
  kind: Kind,
  id: () => number | undefined
): ComputedRef<ReadDocument<Kind>> {
  const documents = useDocuments()
  watch(
    id,
    (now) => {
      if (now !== undefined) documents.sessionOf(kind, now)
    },
    { immediate: true }
  )
  return computed(() => {
    const now = id()
    // The entry is replaced with every change of the session, which is no reactive object.
    const open = now === undefined ? undefined : documents.open.get(now)
    return {
      content: open?.session?.content as DocumentContent<Kind> | undefined,
      problem: open?.problem
    }
  })
}
