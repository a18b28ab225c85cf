import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { Name } from '../../src/contract/base.ts'
import { nameAfter } from '../../src/contract/document-name.ts'
import { documentContents, documentKinds, parseContent } from '../../src/contract/document-contents.ts'
import { chipPresets } from '../../src/core/chip/chip-presets.ts'
import { patchBetween } from '../../src/core/documents/json-patch.ts'
import { modelPresets } from '../../src/core/workload/model-presets.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import type { ProjectStore } from '../../src/main/projects/project-store.ts'
import { writeFormat1Project } from '../fixtures/former-projects.ts'

let folder: string
let path: string
let project: ProjectStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-documents-'))
  path = join(folder, 'study.tmac')
  project = openProject(path, { create: true })
})
afterEach(() => {
  project.close()
  rmSync(folder, { recursive: true })
})

const tiny = { name: 'tiny', layers: 4, hidden: 64, heads: 4, vocabulary: 1000 }
const makeModel = () => project.documents.create('model', 'Tiny', tiny)
let keys = 0
/** Sets one member of a document as a page would. */
const set = (
  document: number,
  member: string,
  value: unknown,
  options: { mergeKey?: string; key?: string; label?: string } = {}
) => {
  const { revision, content } = project.documents.read(document)
  const patch = patchBetween(content, { ...content, [member]: value })
  const key = options.key ?? `edit-${keys++}`
  return project.documents.edit(document, revision, { label: `Set ${member}`, patch, ...options, key })
}
const member = (document: number, name: string): unknown =>
  (project.documents.read(document).content as unknown as Record<string, unknown>)[name]

describe('a document', () => {
  test('is kept complete: what a person left out is what its kind says', () => {
    const { id, content } = makeModel()
    expect(content).toEqual(parseContent('model', tiny, 'model'))
    project.close()
    project = openProject(path, { readOnly: true })
    expect(project.documents.read(id)).toMatchObject({ kind: 'model', name: 'Tiny', revision: 0, content })
  })

  test('of every preset stays itself when it is read again', () => {
    for (const { spec } of modelPresets) {
      const once = parseContent('model', spec, 'model')
      expect(parseContent('model', once, 'model')).toEqual(once)
    }
    for (const chip of chipPresets) {
      const once = parseContent('chip', chip, 'chip')
      expect(parseContent('chip', once, 'chip')).toEqual(once)
    }
  })

  test('that its kind does not allow is refused with the place, the value and the limit, and nothing changes', () => {
    const { id } = makeModel()
    expect(() => project.documents.create('model', 'Bad', { ...tiny, heads: 3 })).toThrow(
      /model 'Bad'.*hidden 64 is not divisible by heads 3/
    )
    expect(() => set(id, 'layers', -1)).toThrow(/'layers' is -1/)
    expect(project.documents.read(id).revision).toBe(0)
    expect(project.documents.history(id)).toEqual([])
  })

  test('is no larger than a message takes, whatever it is written in', () => {
    const text = '語'.repeat(99_000)
    const blocks = Array.from({ length: 80 }, (_, at) => ({ kind: 'text', key: `block-${at}`, text }))
    const report = { title: 'Long', blocks }
    expect(() => parseContent('report', report, "the report 'Long'")).toThrow(
      "the report 'Long' takes 23.8 MB; a document has 8.00 MB at most. Divide it into several"
    )
    expect(parseContent('report', { ...report, blocks: blocks.slice(0, 26) }, 'the report').blocks).toHaveLength(26)
  })

  test('gets a name that no other of its kind has', () => {
    expect([makeModel().name, makeModel().name]).toEqual(['Tiny', 'Tiny 2'])
    const { id } = makeModel()
    expect(project.documents.duplicate(id).name).toBe('Tiny 3 copy')
    expect(project.documents.rename(id, 'Tiny').name).toBe('Tiny 4')
  })

  test('goes to the trash and comes back with its history', () => {
    const { id } = makeModel()
    set(id, 'layers', 6)
    expect(project.documents.trash(id).trashedAt).toBeTypeOf('string')
    expect(project.documents.restore(id).trashedAt).toBeUndefined()
    expect(project.documents.read(id).undoLabel).toBe('Set layers')
  })
})

describe('undo', () => {
  test('takes back and does again, across closing the file', () => {
    const { id } = makeModel()
    set(id, 'layers', 6)
    set(id, 'hidden', 128)
    project.close()
    project = openProject(path)
    const { revision, undoLabel } = project.documents.read(id)
    expect(undoLabel).toBe('Set hidden')
    const undone = project.documents.undo(id, revision)
    expect(undone.patch).toEqual([{ op: 'replace', path: '/hidden', value: 64 }])
    expect(undone).toMatchObject({ revision: revision + 1, undoLabel: 'Set layers', redoLabel: 'Set hidden' })
    project.documents.redo(id, undone.revision)
    expect(member(id, 'hidden')).toBe(128)
  })

  test('has nothing to take back at the start, and says so without a change', () => {
    const { id } = makeModel()
    expect(project.documents.undo(id, 0)).toEqual({
      revision: 0,
      undoLabel: undefined,
      redoLabel: undefined,
      patch: []
    })
  })

  test('forgets what was undone when something else is done', () => {
    const { id } = makeModel()
    set(id, 'layers', 6)
    project.documents.undo(id, 1)
    set(id, 'layers', 8)
    expect(project.documents.read(id).redoLabel).toBeUndefined()
    expect(project.documents.history(id)).toHaveLength(1)
  })

  test('takes a gesture of many steps back as one; one that ends where it began leaves no entry', () => {
    const { id } = makeModel()
    for (const layers of [5, 6, 7]) set(id, 'layers', layers, { mergeKey: 'drag-1', label: `Layers 4 → ${layers}` })
    expect(project.documents.history(id).map(({ label }) => label)).toEqual(['Layers 4 → 7'])
    project.documents.undo(id, 3)
    expect(member(id, 'layers')).toBe(4)
    for (const layers of [5, 4]) set(id, 'layers', layers, { mergeKey: 'drag-2' })
    expect(project.documents.history(id)).toEqual([])
  })

  test('jumps through the history both ways', () => {
    const { id } = makeModel()
    for (const layers of [5, 6, 7]) set(id, 'layers', layers)
    const [first, second] = project.documents.history(id)
    project.documents.travel(id, 3, first!.id)
    expect(member(id, 'layers')).toBe(5)
    project.documents.travel(id, 4, second!.id)
    expect(member(id, 'layers')).toBe(6)
    project.documents.travel(id, 5, 0)
    expect(member(id, 'layers')).toBe(4)
    expect(project.documents.history(id).map(({ undone }) => undone)).toEqual([true, true, true])
  })

  test('reaches back 500 changes', () => {
    const { id } = makeModel()
    for (let layers = 5; layers < 510; layers++) set(id, 'layers', layers)
    expect(project.documents.history(id)).toHaveLength(500)
  })
})

describe('two who edit one document', () => {
  test('an edit of what has moved on is refused, with where it is now', () => {
    const { id } = makeModel()
    set(id, 'layers', 6)
    const late = { label: 'Late', patch: [{ op: 'replace', path: '/layers', value: 9 }], key: 'late' } as const
    expect(() => project.documents.edit(id, 0, late)).toThrow(/is at change 1, not 0: it was changed elsewhere/)
  })

  test('an edit that comes twice, because its answer was lost, is made once', () => {
    const { id } = makeModel()
    set(id, 'layers', 6, { key: 'page-1' })
    const again = { label: 'Set layers', patch: [{ op: 'replace', path: '/layers', value: 6 }], key: 'page-1' } as const
    expect(project.documents.edit(id, 0, again).revision).toBe(1)
    expect(project.documents.history(id)).toHaveLength(1)
  })
})

describe('named versions', () => {
  test('bring every document back by an edit that can be undone; later documents stay', () => {
    const { id } = makeModel()
    const version = project.nameVersion('before the meeting')
    set(id, 'layers', 6)
    project.documents.trash(id)
    const later = project.documents.create('exploration', 'Later', { points: [] })
    project.restoreVersion(version.id)
    expect(project.documents.read(id)).toMatchObject({
      trashedAt: undefined,
      undoLabel: "Restore version 'before the meeting'"
    })
    expect(member(id, 'layers')).toBe(4)
    project.documents.undo(id, 2)
    expect(member(id, 'layers')).toBe(6)
    expect(project.documents.list().map(({ id: one }) => one)).toContain(later.id)
    expect(version.documents).toEqual([{ document: id, kind: 'model', name: 'Tiny' }])
  })
})

describe('a project of format 1', () => {
  test('is read as it is, and brought to this format when it is written, with a copy kept beside it', () => {
    const old = join(folder, 'old.tmac')
    writeFormat1Project(old)
    const reader = openProject(old, { readOnly: true })
    const runs = reader.runs()
    expect(runs.length).toBeGreaterThan(0)
    expect(reader.documents.list()).toEqual([])
    reader.close()
    expect(existsSync(join(folder, 'old.v1.bak'))).toBe(false)

    const writer = openProject(old)
    expect(writer.runs()).toEqual(runs)
    expect(writer.documents.create('model', 'Tiny', tiny).id).toBe(1)
    writer.close()
    const backup = new Database(join(folder, 'old.v1.bak'), { readonly: true })
    expect(backup.pragma('user_version', { simple: true })).toBe(1)
    backup.close()
  })
})

test('every kind of document has a place in the format', () => {
  const database = new Database(path, { readonly: true })
  const sql = database.prepare("SELECT sql FROM sqlite_schema WHERE name = 'document'").pluck().get() as string
  database.close()
  for (const kind of documentKinds) expect(sql).toContain(`'${kind}'`)
  expect(Object.keys(documentContents)).toEqual(documentKinds)
})

test('a name can be seen in a list, and reads the way it was typed', () => {
  for (const name of ['Wafer of 54 dies', '漢字', 'العربية', '👩‍👩‍👧‍👦', '<b>bold</b>', '–'])
    expect(Name.parse(` ${name} `), name).toBe(name)
  for (const name of ['', '   ', '\u0000\u0001', '\u200b\u200d', 'safe\u202egnp.exe', 'one\ntwo', 'x'.repeat(121)])
    expect(() => Name.parse(name), JSON.stringify(name)).toThrow()
})

test('whatever a file calls a thing, it gets a name', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 200 }))
  fc.assert(
    fc.property(text, (title) => {
      const name = nameAfter(title, 'chip')
      expect(Name.parse(name)).toBe(name)
    })
  )
  expect(nameAfter('Wafer\u202e of 54\n', 'chip')).toBe('Wafer  of 54')
  expect(nameAfter('👩‍👩‍👧‍👦'.repeat(60), 'chip').isWellFormed()).toBe(true)
  expect(nameAfter('\u200b', 'chip')).toBe('chip')
})
