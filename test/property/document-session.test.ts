import { ORPCError } from '@orpc/client'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../src/core/problem.ts'
import { documentTable } from '../../src/main/projects/document-table.ts'
import { emptyProject } from '../../src/main/projects/empty-project.ts'
import { ProjectDocuments } from '../../src/main/projects/project-documents.ts'
import {
  openSession,
  type DocumentCalls,
  type DocumentSession,
  type PendingEdit
} from '../../src/renderer/stores/document-session.ts'
import { LONGEST_LABEL, type ExplorationSpec } from '../../src/contract/document-contents.ts'

type Fate = 'arrives' | 'request lost' | 'answer lost'

/** A program with one document, behind a line that loses what it is told to lose. */
function programOverBadLine() {
  const database = emptyProject()
  const documents = new ProjectDocuments('study.tmac', documentTable(database), (change) =>
    database.transaction(change)()
  )
  const { id } = documents.create('exploration', 'Study', { points: [] })
  const fates: Fate[] = []
  const over = <Asked, Result>(act: (input: Asked) => Result) =>
    (async (input: Asked): Promise<Result> => {
      await Promise.resolve()
      const fate = fates.shift() ?? 'arrives'
      if (fate === 'request lost') throw new Error('the connection is lost')
      try {
        const result = act(input)
        if (fate === 'answer lost') throw new Error('the connection is lost')
        return structuredClone(result)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        throw new ORPCError('PROBLEM', { defined: true, message: error.message, data: { code: error.code } })
      }
    }) as never
  type Input = Parameters<DocumentCalls['travel']>[0] & Parameters<DocumentCalls['edit']>[0]
  const calls: DocumentCalls = {
    read: over(({ document }: Input) => documents.read(document)),
    edit: over(({ document, revision, ...edit }: Input) => documents.edit(document, revision, edit)),
    undo: over(({ document, revision }: Input) => documents.undo(document, revision)),
    redo: over(({ document, revision }: Input) => documents.redo(document, revision)),
    travel: over(({ document, revision, edit }: Input) => documents.travel(document, revision, Number(edit))),
    history: over(({ document }: Input) => documents.history(document)),
    create: over(({ kind, name, content }: Parameters<DocumentCalls['create']>[0]) =>
      documents.create(kind, name, content)
    )
  }
  return { documents, id, calls, fates }
}

let keys = 0
const open = (program: ReturnType<typeof programOverBadLine>, told: string[], kept: readonly PendingEdit[] = []) => {
  let last: readonly PendingEdit[] = []
  const session = openSession({
    project: 'p',
    document: program.id,
    kind: 'exploration',
    calls: program.calls,
    newKey: () => `key-${keys++}`,
    onChange: () => undefined,
    keep: (pending) => (last = pending),
    kept,
    tell: (text) => told.push(text)
  })
  return session.then((opened) => ({ session: opened, kept: () => last }))
}
const add = (session: DocumentSession<'exploration'>, point: number, mergeKey?: string): void =>
  session.edit(`Add ${point}`, { ...session.content, points: [...session.content.points, { run: 1, point }] }, mergeKey)
test('an edit is cut to what the program takes in the history, whatever a file or a value in it is called', async () => {
  const program = programOverBadLine()
  const { session } = await open(program, [])
  session.edit(`Import ${'x'.repeat(250)}.json`, { ...session.content, points: [{ run: 1, point: 1 }] })
  await session.push()
  expect(session.undoLabel).toHaveLength(LONGEST_LABEL)
})

const pointsOf = (content: unknown): number[] => (content as ExplorationSpec).points.map(({ point }) => point)

const fate = fc.constantFrom<Fate>('arrives', 'request lost', 'answer lost')
const action = fc.oneof(
  fc.record({ do: fc.constant('add' as const), merged: fc.boolean(), fates: fc.array(fate, { maxLength: 4 }) }),
  fc.record({ do: fc.constant('elsewhere' as const) }),
  fc.record({ do: fc.constant('wait' as const) })
)

describe('editing over a line that loses requests and answers, while others edit', () => {
  test('every edit is made exactly once, and the page ends with what the program has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const program = programOverBadLine()
        const told: string[] = []
        const { session } = await open(program, told)
        const made: number[] = []
        for (const [number, step] of actions.entries())
          if (step.do === 'wait') await session.push()
          else if (step.do === 'elsewhere') {
            const { revision, content } = program.documents.read(program.id)
            const value = { run: 2, point: 1000 + number }
            const path = `/points/${(content as ExplorationSpec).points.length}`
            const edit = {
              label: 'Elsewhere',
              patch: [{ op: 'add' as const, path, value }],
              key: `elsewhere-${keys++}`
            }
            program.documents.edit(program.id, revision, edit)
            made.push(value.point)
          } else {
            program.fates.push(...step.fates)
            add(session, number + 1, step.merged ? 'gesture' : undefined)
            made.push(number + 1)
          }
        program.fates.length = 0
        await session.refresh()
        await session.refresh()
        expect(session.saved).toBe(true)
        const now = program.documents.read(program.id)
        expect(session.content).toEqual(now.content)
        const all = program.documents.list().flatMap(({ id }) => pointsOf(program.documents.read(id).content))
        expect([...new Set(all)].sort((a, b) => a - b)).toEqual(made.sort((a, b) => a - b))
        expect(pointsOf(now.content)).toHaveLength(new Set(pointsOf(now.content)).size)
        expect(told).toHaveLength(program.documents.list().length - 1)
      }),
      { numRuns: 200 }
    )
  })

  test('what a killed page had not saved is repeated by the next one, once', async () => {
    for (const lost of ['request lost', 'answer lost'] as const) {
      const program = programOverBadLine()
      const first = await open(program, [])
      await first.session.push()
      program.fates.push(lost, 'request lost')
      add(first.session, 7)
      await first.session.push()
      expect(first.session.saved).toBe(false)
      expect(first.session.failure).toBe('the connection is lost')
      program.fates.length = 0
      const { session, kept } = await open(program, [], first.kept())
      expect(pointsOf(session.content)).toEqual([7])
      expect(kept()).toEqual([])
    }
  })
})

describe('a page', () => {
  test('shows an edit at once, and undoes and redoes it', async () => {
    const program = programOverBadLine()
    const { session } = await open(program, [])
    add(session, 1)
    expect(pointsOf(session.content)).toEqual([1])
    expect([session.saved, session.undoLabel]).toEqual([false, 'Add 1'])
    await session.undo()
    expect(pointsOf(session.content)).toEqual([])
    expect([session.saved, session.undoLabel, session.redoLabel]).toEqual([true, undefined, 'Add 1'])
    await session.redo()
    expect(pointsOf(session.content)).toEqual([1])
    expect(session.history.map(({ label }) => label)).toEqual(['Add 1'])
    await session.travel(0)
    expect(pointsOf(session.content)).toEqual([])
  })

  test('refuses what its kind of document does not allow, and keeps what it had', async () => {
    const { session } = await open(programOverBadLine(), [])
    expect(() => add(session, -1)).toThrow(/'points\[0\].point' is -1/)
    expect(session.saved).toBe(true)
  })

  test('waits with what came of a gesture, not with every step of it', async () => {
    const program = programOverBadLine()
    const { session, kept } = await open(program, [])
    // Typing goes on for minutes while the program is away.
    program.fates.push(...Array.from({ length: 400 }, () => 'request lost' as const))
    const text = 'x'.repeat(1000)
    session.edit('Note', { ...session.content, note: text }, 'first')
    await session.push()
    for (let length = 1; length <= 100; length++)
      session.edit('Note', { ...session.content, note: text + 'y'.repeat(length) }, 'second')
    expect(kept()).toHaveLength(2)
    expect(JSON.stringify(kept()).length).toBeLessThan(3000)
    // One that ends where it began is none.
    session.edit('Note', { ...session.content, note: text }, 'second')
    expect(kept()).toHaveLength(1)
    program.fates.length = 0
    await session.push()
    expect(program.documents.read(program.id)).toMatchObject({ revision: 1, content: { note: text } })
  })

  test('keeps edits that no longer fit in a document of their own, and says where', async () => {
    const program = programOverBadLine()
    const told: string[] = []
    const { session } = await open(program, told)
    add(session, 1)
    add(session, 2)
    await session.push()
    const { revision } = program.documents.read(program.id)
    program.documents.edit(program.id, revision, {
      label: 'Clear',
      patch: [{ op: 'replace', path: '/points', value: [] }],
      key: 'clear'
    })
    session.edit('Replace 2', {
      ...session.content,
      points: [
        { run: 1, point: 1 },
        { run: 1, point: 5 }
      ]
    })
    await session.push()
    expect(pointsOf(session.content)).toEqual([])
    expect(told).toEqual([
      "'Study' stays as it is in the project, because it was changed elsewhere. Your changes are in 'Study (mine)'."
    ])
    expect(pointsOf(program.documents.read(2).content)).toEqual([1, 5])
  })

  test('follows what another page does', async () => {
    const program = programOverBadLine()
    const [one, two] = [await open(program, []), await open(program, [])]
    add(one.session, 1)
    await one.session.push()
    two.session.hear(1)
    await two.session.refresh()
    expect(two.session.content).toEqual(one.session.content)
  })
})
