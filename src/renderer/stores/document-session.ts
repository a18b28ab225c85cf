import { ORPCError } from '@orpc/client'
import {
  LONGEST_LABEL,
  parseContent,
  type DocumentContent,
  type DocumentKind
} from '../../contract/document-contents.ts'
import { nameAfter } from '../../contract/document-name.ts'
import type { DocumentStep, DocumentView, EditRecord } from '../../contract/documents-contract.ts'
import type { WorkbenchClient } from '../../contract/workbench.ts'
import { patchBetween, patched, type JsonPatch } from '../../core/documents/json-patch.ts'

/** An edit that the program has not acknowledged. */
export interface PendingEdit {
  readonly label: string
  readonly patch: JsonPatch
  /** Makes repeating it harmless: the program makes an edit of a key once. */
  readonly key: string
  readonly mergeKey?: string
}

export type DocumentCalls = Pick<
  WorkbenchClient['documents'],
  'read' | 'edit' | 'undo' | 'redo' | 'travel' | 'history' | 'create'
>

export interface SessionOptions<Kind extends DocumentKind> {
  readonly project: string
  readonly document: number
  readonly kind: Kind
  readonly calls: DocumentCalls
  readonly newKey: () => string
  /** Told whenever something of the session is another. */
  readonly onChange: () => void
  /** Keeps what is not acknowledged where it outlives the page. */
  readonly keep: (pending: readonly PendingEdit[]) => void
  /** What was kept so by an earlier page. */
  readonly kept: readonly PendingEdit[]
  /** Told, in words for a person, what became of edits that could not be made. */
  readonly tell: (text: string) => void
}

/** Refusals that may pass by themselves: what was edited is kept and tried again. */
const passing: readonly string[] = [
  'locked-project',
  'disk-full',
  'read-only',
  'file-not-found',
  'not-permitted',
  'io-failed'
]

/** What an edit is called, cut where a name or a value that a person gave is in it at length. */
const cut = (label: string): string => (label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label)

/** The code of a refusal; undefined when the program could not be asked. */
const refusalOf = (error: unknown): string | undefined =>
  error instanceof ORPCError ? ((error.data as { readonly code?: string } | undefined)?.code ?? error.code) : undefined
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * A document as one page edits it. Edits show at once and go to the program one after the other, each repeated until it is acknowledged.
 * When the document has moved on elsewhere, edits that still fit are made on what it is now, and those that do not are kept in a document
 * of their own. Calls to the program never overlap.
 */
export class DocumentSession<Kind extends DocumentKind> {
  readonly #options: SessionOptions<Kind>
  /** As the program has it. */
  #confirmed: DocumentView
  #pending: PendingEdit[] = []
  #content: DocumentContent<Kind>
  #history: readonly EditRecord[] = []
  #tail: Promise<unknown> = Promise.resolve()
  /** The edit sent last: it may have arrived, so nothing is added to it any more. */
  #sent: PendingEdit | undefined
  #heard = 0
  #failure: string | undefined

  /** Use `openSession`. */
  constructor(options: SessionOptions<Kind>, view: DocumentView) {
    this.#options = options
    this.#confirmed = view
    this.#content = view.content as DocumentContent<Kind>
    void this.#serially(() => this.#readHistory())
  }

  get content(): DocumentContent<Kind> {
    return this.#content
  }
  get name(): string {
    return this.#confirmed.name
  }
  /** What undo takes back, edits on their way included. */
  get undoLabel(): string | undefined {
    return this.#pending.at(-1)?.label ?? this.#confirmed.undoLabel
  }
  get redoLabel(): string | undefined {
    return this.#pending.length > 0 ? undefined : this.#confirmed.redoLabel
  }
  get history(): readonly EditRecord[] {
    return this.#history
  }
  /** Whether everything is on the disk. */
  get saved(): boolean {
    return this.#pending.length === 0
  }
  /** Why it is not, when something stands in the way. */
  get failure(): string | undefined {
    return this.#failure
  }

  /**
   * Makes a change.
   * @param words what the history calls it
   * @param next the content afterwards
   * @param mergeKey names a gesture, whose steps are undone as one
   * @throws Problem when the kind of document does not allow it; nothing has changed then
   */
  edit(words: string, next: DocumentContent<Kind>, mergeKey?: string): void {
    const label = cut(words)
    const parsed = this.#parsed(next)
    const patch = patchBetween(this.#content, parsed)
    if (patch.length === 0) return
    const last = this.#pending.at(-1)
    if (last && last !== this.#sent && mergeKey !== undefined && last.mergeKey === mergeKey)
      this.#merge(last, label, parsed)
    else {
      const key = this.#options.newKey()
      this.#pending = [...this.#pending, { label, patch, key, ...(mergeKey !== undefined && { mergeKey }) }]
    }
    this.#content = parsed
    this.#changed()
    void this.push()
  }

  undo(): Promise<void> {
    return this.#step((at) => this.#options.calls.undo(at))
  }
  redo(): Promise<void> {
    return this.#step((at) => this.#options.calls.redo(at))
  }
  /** @param edit the entry of the history that is to be the last one done; 0 for none */
  travel(edit: number): Promise<void> {
    return this.#step((at) => this.#options.calls.travel({ ...at, edit }))
  }

  /** Sends what is waiting; resolves when all is acknowledged or something stands in the way. */
  push(): Promise<void> {
    return this.#serially(() => this.#send())
  }

  /** Another page, or this one, brought the document to a revision. */
  hear(revision: number): void {
    this.#heard = Math.max(this.#heard, revision)
    void this.#serially(async () => {
      if (this.#heard <= this.#confirmed.revision) return
      await this.#reread()
      await this.#readHistory()
    }).catch((error: unknown) => this.#stand(error))
  }

  /** Reads the document anew and makes what is waiting on it, as after a lost connection. */
  refresh(): Promise<void> {
    return this.#serially(async () => {
      // What is waiting may have been made already: that is asked first.
      await this.#send()
      if (this.saved) await this.#reread()
    }).catch((error: unknown) => this.#stand(error))
  }

  /** Makes the last edit waiting, of the same gesture, lead to this: what came of it, not every step, or a message would outgrow the document. */
  #merge(last: PendingEdit, label: string, content: DocumentContent<Kind>): void {
    const others = this.#pending.slice(0, -1)
    const before = others.reduce<unknown>((made, { patch }) => patched(made, patch), this.#confirmed.content)
    const patch = patchBetween(before, content)
    this.#pending = patch.length === 0 ? others : [...others, { ...last, label, patch }]
  }

  #serially<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = this.#tail.then(task)
    this.#tail = run.catch(() => undefined)
    return run
  }

  async #send(): Promise<void> {
    const begun = this.#pending.length
    try {
      while (this.#pending.length > 0) await this.#sendFirst()
      if (this.#failure !== undefined || begun > 0) {
        this.#failure = undefined
        await this.#readHistory()
      }
    } catch (error) {
      this.#stand(error)
    }
  }

  async #sendFirst(): Promise<void> {
    const edit = this.#pending[0]!
    this.#sent = edit
    try {
      const { repeated, ...state } = await this.#options.calls.edit({ ...this.#at(), ...edit, patch: [...edit.patch] })
      const rest = this.#pending.slice(1)
      if (repeated) return await this.#reread(rest)
      const content = patched(this.#confirmed.content, edit.patch)
      this.#confirmed = { ...this.#confirmed, ...state, content } as DocumentView
      this.#pending = rest
      this.#changed()
    } catch (error) {
      const code = refusalOf(error)
      if (code === undefined || passing.includes(code)) throw error
      if (code === 'conflict') await this.#reread()
      else await this.#setAside(messageOf(error))
    }
  }

  #step(call: (at: StepInput) => Promise<DocumentStep>): Promise<void> {
    return this.#serially(async () => {
      await this.#send()
      if (!this.saved) throw new Error(this.#failure ?? 'The last change is not saved yet')
      try {
        const { patch, ...state } = await call(this.#at())
        this.#confirmed = {
          ...this.#confirmed,
          ...state,
          content: patched(this.#confirmed.content, patch)
        } as DocumentView
        await this.#rebase(this.#pending)
      } catch (error) {
        if (refusalOf(error) !== 'conflict') throw error
        await this.#reread()
        this.#options.tell(`'${this.name}' was changed elsewhere meanwhile; nothing was undone or redone.`)
      }
      await this.#readHistory()
    })
  }

  /** Reads the document anew, with these edits on it. */
  async #reread(pending = this.#pending): Promise<void> {
    const { project, document, calls } = this.#options
    this.#confirmed = await calls.read({ project, document })
    await this.#rebase(pending)
  }

  /** Makes edits on the content that the program has; when one of them does not fit it, all are set aside. */
  async #rebase(edits: readonly PendingEdit[]): Promise<void> {
    let content = this.#confirmed.content as DocumentContent<Kind>
    try {
      for (const { patch } of edits) content = this.#parsed(patched(content, patch))
    } catch {
      return this.#setAside('it was changed elsewhere')
    }
    this.#pending = [...edits]
    this.#content = content
    this.#changed()
  }

  /** Keeps the content as this page has it in a document of its own, and goes on with what the program has. */
  async #setAside(why: string): Promise<void> {
    const { project, kind, calls, tell } = this.#options
    const name = `${nameAfter(this.name.slice(0, 100), kind)} (mine)`
    const copy = await calls.create({ project, kind, name, content: this.#content })
    this.#pending = []
    this.#content = this.#confirmed.content as DocumentContent<Kind>
    this.#changed()
    tell(`'${this.name}' stays as it is in the project, because ${why}. Your changes are in '${copy.name}'.`)
  }

  async #readHistory(): Promise<void> {
    const { project, document, calls } = this.#options
    this.#history = await calls.history({ project, document }).catch(() => this.#history)
    this.#options.onChange()
  }

  /** Something stands in the way: what is waiting is kept, and tried again by `push`. */
  #stand(error: unknown): void {
    this.#failure = messageOf(error)
    this.#options.onChange()
  }

  #parsed(content: unknown): DocumentContent<Kind> {
    return parseContent(this.#options.kind, content, `${this.#options.kind} '${this.name}'`)
  }

  #at(): StepInput {
    const { project, document } = this.#options
    return { project, document, revision: this.#confirmed.revision }
  }

  #changed(): void {
    this.#options.keep(this.#pending)
    this.#options.onChange()
  }
}

interface StepInput {
  readonly project: string
  readonly document: number
  readonly revision: number
}

/** Opens a document, after repeating what an earlier page had made of it and could not save. */
export async function openSession<Kind extends DocumentKind>(
  options: SessionOptions<Kind>
): Promise<DocumentSession<Kind>> {
  const { project, document, kind, calls, kept, tell } = options
  let view = await calls.read({ project, document })
  if (view.kind !== kind)
    throw new Error(`'${view.name}' is of another kind than what is shown here: ${view.kind}, not ${kind}`)
  for (const edit of kept) {
    try {
      await calls.edit({ project, document, revision: view.revision, ...edit, patch: [...edit.patch] })
    } catch (error) {
      if (refusalOf(error) === undefined) throw error
      tell(`'${edit.label}' was not saved before the page ended, and could not be repeated: ${messageOf(error)}`)
    }
    view = await calls.read({ project, document })
  }
  if (kept.length > 0) options.keep([])
  return new DocumentSession(options, view)
}
