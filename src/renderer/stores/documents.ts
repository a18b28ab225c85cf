import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowReactive, shallowRef, watch, type ComputedRef } from 'vue'
import type { DocumentContent, DocumentKind } from '../../contract/document-contents.ts'
import type { DocumentSummary, EditRecord } from '../../contract/documents-contract.ts'
import { nameAfter } from '../../contract/document-name.ts'
import { patched, type JsonPatch } from '../../core/documents/json-patch.ts'
import { client, messageOf, onReturn } from '../client.ts'
import { useEditHistory } from '../shell/edit-history.ts'
import { openSession, type DocumentSession } from './document-session.ts'
import { keepEdits, keptEdits } from './kept-edits.ts'
import { inTurn } from './in-turn.ts'
import { useWorkbench } from './workbench.ts'

/** A document on the screen; views of the same document share it. */
interface OpenDocument {
  readonly session: DocumentSession<DocumentKind> | undefined
  readonly problem: string | undefined
  /** Counts the changes of the session, which is no reactive object. */
  readonly changes: number
}
const RETRY_AFTER_ms = 1000

/** The documents of the open project: the list, and those that are being edited. Changes by other pages arrive by themselves. */
export const useDocuments = defineStore('documents', () => {
  const workbench = useWorkbench()
  const list = shallowRef<readonly DocumentSummary[]>([])
  const open = shallowReactive(new Map<number, OpenDocument>())
  let watching = new AbortController()

  const project = (): string => workbench.project!.id
  const update = (id: number, change: Partial<OpenDocument>): void => {
    const former = open.get(id) ?? { session: undefined, problem: undefined, changes: 0 }
    open.set(id, { ...former, ...change, changes: former.changes + 1 })
  }

  async function refresh(): Promise<void> {
    const id = workbench.project?.id
    const found = id === undefined ? [] : await client.documents.list({ project: id })
    if (workbench.project?.id === id) list.value = found
  }

  async function follow(id: string, signal: AbortSignal): Promise<void> {
    for await (const { document, change, revision } of await client.documents.watch({ project: id }, { signal })) {
      open.get(document)?.session?.hear(revision)
      if (change === 'listed') await refresh()
    }
  }

  /** Lists and follows the documents of the project that is open now. */
  function arrive(): void {
    watching.abort()
    watching = new AbortController()
    const id = workbench.project?.id
    // A broken stream ends; the connection's return starts the next.
    if (id !== undefined) void follow(id, watching.signal).catch(() => undefined)
    void refresh().catch(() => undefined)
  }
  watch(
    () => workbench.project?.id,
    () => {
      open.clear()
      list.value = []
      arrive()
    },
    { immediate: true }
  )
  onReturn(() => {
    arrive()
    for (const [id, { session }] of open)
      if (session) void session.refresh()
      else void load(id)
  })
  window.setInterval(() => {
    for (const { session } of open.values()) if (session?.failure !== undefined) void session.push()
  }, RETRY_AFTER_ms)

  const kinds = new Map<number, DocumentKind>()
  async function load(id: number): Promise<void> {
    const at = project()
    try {
      const session = await openSession({
        project: at,
        document: id,
        kind: kinds.get(id)!,
        calls: client.documents,
        newKey: () => crypto.randomUUID(),
        onChange: () => update(id, {}),
        keep: (pending) => keepEdits(at, id, pending),
        kept: keptEdits(at, id),
        tell: workbench.notify
      })
      if (workbench.project?.id === at) update(id, { session, problem: undefined })
    } catch (error) {
      if (workbench.project?.id === at) update(id, { problem: messageOf(error) })
    }
  }

  /** The session of a document, loaded when it is first asked for. */
  function sessionOf(kind: DocumentKind, id: number): void {
    if (open.get(id)?.session) return
    kinds.set(id, kind)
    update(id, {})
    void load(id)
  }

  /** Makes a change of the list, and shows it. */
  const changing = async <Result>(change: (project: string) => Promise<Result>): Promise<Result> => {
    const result = await change(project())
    await refresh()
    return result
  }

  return {
    list,
    open,
    refresh,
    sessionOf,
    ofKind: (kind: DocumentKind) => list.value.filter((one) => one.kind === kind && one.trashedAt === undefined),
    create: <Kind extends DocumentKind>(kind: Kind, name: string, content: unknown) =>
      changing((at) => client.documents.create({ project: at, kind, name: nameAfter(name, kind), content })),
    rename: (document: number, name: string) =>
      changing((at) => client.documents.rename({ project: at, document, name })),
    duplicate: (document: number, name?: string) =>
      changing((at) => client.documents.duplicate({ project: at, document, ...(name !== undefined && { name }) })),
    trash: (document: number) => changing((at) => client.documents.trash({ project: at, document })),
    restore: (document: number) => changing((at) => client.documents.restore({ project: at, document }))
  }
})

export interface EditedDocument<Kind extends DocumentKind> {
  /** Undefined until it is loaded. */
  readonly content: ComputedRef<DocumentContent<Kind> | undefined>
  readonly name: ComputedRef<string>
  /**
   * Makes a change: the whole content as it shall be, or a patch.
   * @param mergeKey names a gesture (a drag, a stroke, typing in one field), whose steps are undone as one
   * @throws Problem when the kind of document does not allow it; nothing has changed then
   */
  readonly edit: (label: string, next: DocumentContent<Kind> | JsonPatch, mergeKey?: string) => void
  readonly undo: () => Promise<void>
  readonly redo: () => Promise<void>
  /** Undoes or redoes until an entry of the history is the last one done; 0 for none. */
  readonly travel: (edit: number) => Promise<void>
  readonly undoLabel: ComputedRef<string | undefined>
  readonly redoLabel: ComputedRef<string | undefined>
  readonly history: ComputedRef<readonly EditRecord[]>
  /** Whether everything is on the disk. */
  readonly saved: ComputedRef<boolean>
  /** Why the document cannot be read, or its last changes are not saved yet. */
  readonly problem: ComputedRef<string | undefined>
}

/** A document of the open project for a view that edits it; Undo, Redo and the history list act on it while the view is there. */
export function useDocument<Kind extends DocumentKind>(kind: Kind, id: number): EditedDocument<Kind> {
  const [documents, workbench] = [useDocuments(), useWorkbench()]
  const session = computed(() => documents.open.get(id)?.session as DocumentSession<Kind> | undefined)
  /** Reads something of the session again whenever it changes. */
  const read = <Value>(get: (session: DocumentSession<Kind>) => Value, otherwise: Value): ComputedRef<Value> =>
    computed(() => (documents.open.get(id)?.changes, session.value ? get(session.value) : otherwise))
  const ready = (): DocumentSession<Kind> => {
    if (!session.value) throw new Error('The document is not loaded yet')
    return session.value
  }
  const history = read(({ history: edits }) => edits, [])
  const take = inTurn()
  const travelBy = (steps: number): void =>
    void workbench.attempt(() =>
      take(async () => {
        // The history ends with what is on its way.
        await ready().push()
        const done = history.value.filter(({ undone }) => !undone).length + steps
        await ready().travel(history.value[done - 1]?.id ?? 0)
      })
    )
  documents.sessionOf(kind, id)
  onScopeDispose(() => void session.value?.push())
  const undoLabel = read((at) => at.undoLabel, undefined)
  /** What is done by the list, and at least what undo takes back: an edit on its way is not in the list yet. */
  const done = computed(() => {
    const labels = history.value.flatMap(({ label, undone }) => (undone ? [] : [label]))
    return labels.length === 0 && undoLabel.value !== undefined ? [undoLabel.value] : labels
  })
  useEditHistory(() => ({
    done: done.value,
    undone: history.value.flatMap(({ label, undone }) => (undone ? [label] : [])),
    undo: (steps) => travelBy(-steps),
    redo: (steps) => travelBy(steps)
  }))

  return {
    content: read<DocumentContent<Kind> | undefined>(({ content }) => content, undefined),
    // The list hears of a new name, whoever gave it.
    name: computed(() => documents.list.find((one) => one.id === id)?.name ?? session.value?.name ?? ''),
    edit(label, next, mergeKey) {
      const whole = Array.isArray(next) ? patched(ready().content, next as JsonPatch) : next
      ready().edit(label, whole as DocumentContent<Kind>, mergeKey)
    },
    undo: () => ready().undo(),
    redo: () => ready().redo(),
    travel: (edit) => ready().travel(edit),
    undoLabel,
    redoLabel: read(({ redoLabel }) => redoLabel, undefined),
    history,
    saved: read(({ saved }) => saved, true),
    problem: computed(() => {
      const shown = documents.open.get(id)
      return shown?.problem ?? shown?.session?.failure
    })
  }
}
