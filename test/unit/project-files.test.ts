import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { chipPresets } from '../../src/core/chip/chip-presets.ts'
import { DocumentService } from '../../src/main/projects/document-service.ts'
import { projectFormat } from '../../src/main/projects/migrations.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { ProjectFiles } from '../../src/main/projects/project-files.ts'
import { modelFrom } from '../../src/main/input/model-input.ts'
import { ProjectLibrary } from '../../src/main/projects/project-library.ts'
import { ProjectTransfers } from '../../src/main/projects/project-transfers.ts'
import { exportedDocument } from '../../src/main/output/exported-document.ts'
import { writeFormat1Project, writeFormat2Project } from '../fixtures/former-projects.ts'
import { exampleInputs, exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

let folder: string
let projects: string
let library: ProjectLibrary
let files: ProjectFiles
let documents: DocumentService
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-files-'))
  projects = join(folder, 'projects')
  library = new ProjectLibrary({
    dataFolder: join(folder, 'data'),
    projectFolder: projects,
    sample: join(folder, 'none')
  })
  files = new ProjectFiles(library, projects)
  documents = new DocumentService(library)
})
afterEach(() => {
  vi.useRealTimers()
  library.close()
  rmSync(folder, { recursive: true })
})

const tiny = { name: 'tiny', layers: 4, hidden: 64, heads: 4, vocabulary: 1000 }
const versions = { tmac: '0.1.0', node: '24.21.0', schema: projectFormat }
const edit = (path: string, sql: string): void => {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}
/** A closed project with one run of many points and one document. */
function fullProject(name: string, points = 200): string {
  const { id, path } = library.create(name)
  library.write(id, (store) => {
    const run = store.startRun(exampleInputs(), { command: 'tmac explore', versions })
    run.keep(Array.from({ length: points }, (_, at) => exampleKeptPoint({ mapping: exampleMapping(4, at + 1) })))
    run.finish()
    store.documents.create('model', 'Tiny', tiny)
  })
  library.close()
  return path
}

describe('one writer at a time', () => {
  test('an edit takes the project and frees it a little later, so that another program can write', () => {
    vi.useFakeTimers()
    const { id, path } = library.create('shared')
    documents.create(id, 'model', 'Tiny', tiny)
    expect(() => openProject(path)).toThrow(/is being written by/)
    vi.advanceTimersByTime(5000)
    openProject(path).close()
    expect(documents.reading(id).list()).toHaveLength(1)
  })

  test('edits are made while a search of the same process writes, and the search keeps the project', () => {
    vi.useFakeTimers()
    const { id, path } = library.create('both')
    const store = library.startWriting(id)
    const run = store.startRun(exampleInputs(), { command: 'tmac explore', versions })
    documents.create(id, 'model', 'Tiny', tiny)
    vi.advanceTimersByTime(60_000)
    run.keep([exampleKeptPoint()])
    expect(library.view(id)).toMatchObject({ readOnly: undefined, runs: [{ status: 'running', pointCount: 1 }] })
    expect(() => openProject(path)).toThrow(/is being written by/)
    library.endWriting(id)
    vi.advanceTimersByTime(5000)
    openProject(path).close()
  })

  test('a project that another program writes is shown, says so, and refuses edits until that ends', () => {
    const { id, path } = library.create('elsewhere')
    const other = openProject(path)
    expect(library.view(id).readOnly).toMatch(/is writing it/)
    expect(() => documents.create(id, 'model', 'Tiny', tiny)).toThrow(/is being written by/)
    other.close()
    expect(library.view(id).readOnly).toBeUndefined()
    expect(documents.create(id, 'model', 'Tiny', tiny).name).toBe('Tiny')
  })
})

describe('copies', () => {
  test('save as leaves a compact copy, opens it, and overwrites nothing', () => {
    const path = fullProject('first')
    const { id } = library.open(path)
    const view = files.saveAs(id, { name: 'second' })
    expect(view.path).toBe(join(projects, 'second.tmac'))
    expect(view.runs[0]!.pointCount).toBe(200)
    expect(() => files.saveCopy(id, { name: 'second' })).toThrow(/exists already/)
    expect(() => files.saveCopy(id, { name: '../../etc/x' })).toThrow(/cannot name a file/)
    expect(() => files.saveCopy(id, { name: 'CON' })).toThrow(/cannot name a file/)
    expect(readdirSync(projects).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('a backup opens as a project of its own, and stays', () => {
    const path = join(projects, 'old.tmac')
    mkdirSync(projects)
    writeFormat1Project(path)
    const { id } = library.open(path)
    documents.create(id, 'model', 'Tiny', tiny)
    const [backup] = files.backups(path)
    const view = files.openBackup(backup!.path)
    expect(view.path).toBe(join(projects, 'old.v1 (backup).tmac'))
    expect(documents.reading(view.id).list()).toEqual([])
    expect(files.backups(path)).toHaveLength(1)
  })
})

describe('the list of recent projects', () => {
  test('keeps twelve, those that are pinned among them', () => {
    const first = library.create('project 0')
    library.pin(first.id, true)
    for (let number = 1; number < 15; number++) library.create(`project ${number}`)
    const names = library.recent().map(({ name }) => name)
    expect(names).toHaveLength(12)
    expect(names).toContain('project 0')
    expect(names).not.toContain('project 1')
    expect(library.recent()[0]!.name).toBe('project 14')
  })

  test('shows a project that is gone as gone, and finds it again where it went', () => {
    const path = fullProject('mover')
    const { id } = library.recent()[0]!
    library.pin(id, true)
    const moved = join(folder, 'elsewhere.tmac')
    writeFileSync(moved, readFileSync(path))
    rmSync(path)
    expect(library.recent()[0]).toMatchObject({ id, exists: false })
    library.locate(id, moved)
    expect(library.recent()).toMatchObject([{ name: 'elsewhere', exists: true, pinned: true, runs: 1 }])
  })
})

describe('a damaged project', () => {
  /** Overwrites a middle part of the file. */
  const damage = (path: string): void => {
    const bytes = readFileSync(path)
    bytes.fill(0x5a, Math.floor(bytes.length * 0.5), Math.floor(bytes.length * 0.6))
    writeFileSync(path, bytes)
  }

  test('is refused, read as far as it can be, and what is readable is saved into a new file', () => {
    const path = fullProject('study')
    damage(path)
    const before = readFileSync(path)
    expect(() => library.open(path)).toThrow(/is damaged/)
    const lenient = library.open(path, true)
    expect(lenient.readOnly).toMatch(/as far as it can be read/)
    expect(() => documents.create(lenient.id, 'model', 'Tiny', tiny)).toThrow(/opened for reading only/)
    const { view, runs, points, documents: saved } = files.recover(path)
    expect([runs, saved]).toEqual([1, 1])
    expect(points).toBeGreaterThan(0)
    expect(points).toBeLessThan(200)
    expect(view.name).toBe('study (recovered)')
    const database = new Database(view.path, { readonly: true })
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(database.pragma('foreign_key_check')).toEqual([])
    database.close()
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('of a former format is saved in this one', () => {
    const path = join(projects, 'former.tmac')
    mkdirSync(projects)
    const points = Array.from({ length: 200 }, (_, at) => exampleKeptPoint({ mapping: exampleMapping(4, at + 1) }))
    writeFormat2Project(path, points)
    damage(path)
    const { view, points: saved } = files.recover(path)
    expect(saved).toBeGreaterThan(0)
    using recovered = openProject(view.path)
    const [first] = recovered.points(1)
    expect(first!.evaluation).toEqual(points[first!.ordinal - 1]!.evaluation)
  })

  test('whose evaluations are lost loses their points, and no other', () => {
    const path = fullProject('halved')
    edit(path, 'DELETE FROM evaluation WHERE point_id % 2 = 0')
    const { view, points } = files.recover(path)
    expect(points).toBe(100)
    expect(library.view(view.id).runs).toMatchObject([{ pointCount: 100 }])
  })

  test('says so where numbers and the shape of an evaluation do not belong together', () => {
    const path = fullProject('torn', 2)
    edit(path, 'UPDATE evaluation SET numbers = zeroblob(16) WHERE point_id = 2')
    const { id } = library.open(path)
    expect(() => library.store(id).point(2)).toThrow(/is damaged: 2 numbers where \d+ belong/)
    expect(library.store(id).point(1).evaluation.feasible).toBe(true)
  })

  test('of which nothing can be read says so, and leaves no empty project behind', () => {
    const path = fullProject('gone')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0x5a, 0, 8192))
    expect(() => files.recover(path)).toThrow(/not a SQLite file|nothing can be read/)
    expect(existsSync(join(projects, 'gone (recovered).tmac'))).toBe(false)
  })
})

describe('a project of a newer format', () => {
  test('is refused, and read as far as this version can', () => {
    const path = fullProject('newer')
    edit(path, 'ALTER TABLE document ADD COLUMN colour TEXT; PRAGMA user_version = 99')
    expect(() => library.open(path)).toThrow(/has project format 99/)
    const view = library.open(path, true)
    expect(view.runs).toHaveLength(1)
    expect(() => documents.create(view.id, 'model', 'Tiny', tiny)).toThrow(/opened for reading only/)
  })
})

describe('a project made to do harm', () => {
  const refused = (name: string, sql: string): string => {
    const path = fullProject(name, 2)
    edit(path, sql)
    try {
      library.open(path)
    } catch (error) {
      return (error as Error).message
    }
    return 'it opened'
  }

  test('a view in place of a table is refused', () => {
    const sql = `PRAGMA legacy_alter_table = ON; ALTER TABLE setting RENAME TO setting_; CREATE VIEW setting AS
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'a' AS name, '1' AS value FROM n`
    expect(refused('view', sql)).toMatch(/was not made by this program: 'setting' is a view/)
  })

  test('a trigger is refused', () => {
    const sql = 'CREATE TRIGGER spy AFTER INSERT ON document BEGIN DELETE FROM run; END'
    expect(refused('trigger', sql)).toMatch(/it has a trigger, 'spy'/)
  })

  test('a table of other columns, and a missing one, are refused', () => {
    expect(refused('columns', 'ALTER TABLE setting ADD COLUMN more TEXT')).toMatch(
      /'setting' is a table of other columns/
    )
    expect(refused('missing', 'DROP TABLE setting')).toMatch(/it has no table 'setting'/)
  })

  test('tables and views that people add for themselves are let be', () => {
    expect(refused('notes', 'CREATE TABLE notes (text TEXT); CREATE VIEW mine AS SELECT 1')).toBe('it opened')
  })

  test('a document of a kind or content that there is not, or far too long, is named, and the others are read', () => {
    const path = fullProject('contents', 2)
    edit(
      path,
      `UPDATE document SET content = '{"layers": "many"}' WHERE id = 1;
      INSERT INTO document (kind, name, content, created_at, changed_at)
      VALUES ('model', 'Huge', '"' || printf('%.*c', 40000000, 'x') || '"', '', '')`
    )
    const { id } = library.open(path)
    expect(() => documents.reading(id).read(1)).toThrow(/is damaged: model 'Tiny'/)
    expect(() => documents.reading(id).read(2)).toThrow(/is damaged: model 'Huge'/)
    expect(documents.create(id, 'model', 'Fine', tiny).name).toBe('Fine')
  })
})

describe('projects sent to and from a page', () => {
  const pieces = (bytes: Uint8Array): Uint8Array[] =>
    Array.from({ length: Math.ceil(bytes.length / 500_000) }, (_, at) =>
      bytes.subarray(at * 500_000, (at + 1) * 500_000)
    )

  test('come out as they went in, under a name that is free', () => {
    const transfers = new ProjectTransfers(library, projects)
    const { id } = library.open(fullProject('there'))
    const { download, fileName, size_B } = transfers.beginDownload(id)
    const got: Uint8Array[] = []
    for (let at = 0; at < size_B; at += got.at(-1)!.length) got.push(transfers.read(download, at))
    const bytes = Buffer.concat(got)
    expect(bytes.length).toBe(size_B)
    expect(() => transfers.read(download, 0)).toThrow(/has ended/)

    const upload = transfers.beginUpload(fileName, size_B)
    for (const piece of pieces(bytes)) transfers.append(upload, piece)
    expect(transfers.finishUpload(upload)).toMatchObject({ name: 'there 2', runs: [{ pointCount: 200 }] })
    expect(readdirSync(projects).filter((name) => name.startsWith('.transfer'))).toEqual([])
  })

  test('of a name that is a path stay in the folder of projects', () => {
    const transfers = new ProjectTransfers(library, projects)
    const bytes = readFileSync(fullProject('plain', 1))
    for (const name of [
      '../../evil.tmac',
      'C:\\windows\\evil.tmac',
      '.tmac',
      'nul',
      '<img src=x onerror=alert(1)>.tmac'
    ]) {
      const upload = transfers.beginUpload(name, bytes.length)
      for (const piece of pieces(bytes)) transfers.append(upload, piece)
      const { path } = transfers.finishUpload(upload)
      expect(path.startsWith(`${projects}/`)).toBe(true)
      expect(path.slice(projects.length + 1)).toMatch(/^[\p{L}\p{N}][^/\\<>:]*\.tmac$/u)
    }
  })

  test('that are none, are cut short, or are longer than said are refused, and nothing stays', () => {
    const transfers = new ProjectTransfers(library, projects)
    const text = Buffer.from('<script>alert(1)</script>'.repeat(100))
    const upload = transfers.beginUpload('text.tmac', text.length)
    transfers.append(upload, text)
    expect(() => transfers.finishUpload(upload)).toThrow(/'text.tmac' is not a TMAC project/)
    const short = transfers.beginUpload('short.tmac', 10)
    transfers.append(short, text.subarray(0, 4))
    expect(() => transfers.finishUpload(short)).toThrow(/only 4 of the 10 B/)
    const long = transfers.beginUpload('long.tmac', 10)
    expect(() => transfers.append(long, text)).toThrow(/longer than the 10 B/)
    expect(() => transfers.beginUpload('huge.tmac', 1e15)).toThrow(/Free some space/)
    expect(readdirSync(projects).filter((name) => name.startsWith('.transfer'))).toEqual([])
  })
})

describe('documents from files', () => {
  const importing = (fileName: string, content: unknown) => {
    const { id } = library.recent()[0] ?? library.create('imports')
    return documents.importFile(id, fileName, typeof content === 'string' ? content : JSON.stringify(content))
  }

  test('models, chips, defect maps and configurations are told apart and kept', () => {
    const wafer = chipPresets.find(({ kind }) => kind === 'wafer')!
    expect(importing('tiny.json', tiny).document).toMatchObject({ kind: 'model', name: 'tiny' })
    expect(importing('mine.json', wafer).document.kind).toBe('chip')
    expect(importing('part.json', { preset: wafer.name, override: { power: { cap_W: 9000 } } }).document.kind).toBe(
      'chip'
    )
    const csv = importing('map.csv', 'kind,row,column\ndead-die,0,0\n').document
    expect(csv.kind).toBe('defects')
    const llama = {
      model_type: 'llama',
      hidden_size: 64,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      intermediate_size: 128,
      vocab_size: 100
    }
    const { document, notes } = importing('config.json', llama)
    expect(document.kind).toBe('model')
    expect(notes.join()).toMatch(/is not in the file/)
  })

  test('an exported document comes back the same', () => {
    const { id } = library.create('round')
    const wafer = chipPresets.find(({ kind }) => kind === 'wafer')!
    documents.create(id, 'chip', 'Mine', wafer)
    const { document } = documents.importFile(id, 'map.csv', 'kind,row,column\ndead-die,0,0\n')
    for (const format of ['json', 'csv'] as const) {
      const { fileName, text } = exportedDocument(documents.reading(id).read(document.id), format)
      const again = documents.importFile(id, fileName, text).document
      const [a, b] = [documents.reading(id).read(document.id), documents.reading(id).read(again.id)]
      if (a.kind === 'defects' && b.kind === 'defects') expect(b.content.map.deadDies).toEqual(a.content.map.deadDies)
      expect(b.kind).toBe('defects')
    }
  })

  test('a table of defects that states its grid needs no chip in the project: a shipped one has that grid', () => {
    const { id } = library.create('grids')
    const text = 'kind,row,column,value\ngrid,6,9,\ndead-die,5,8,\n'
    const { document } = documents.importFile(id, 'map.csv', text)
    const { content } = documents.reading(id).read(document.id) as { content: { map: { grid: unknown } } }
    expect(content.map.grid).toEqual({ rows: 6, columns: 9, wafers: 1 })
    expect(() => documents.importFile(id, 'odd.csv', text.replace('6,9', '6,19'))).toThrow(/6 x 19 dies/)
    expect(() => documents.importFile(id, 'bare.csv', 'kind,row,column\ndead-die,0,0\n')).toThrow(/of which chip/)
  })

  test('a file of a shipped model is a model, and what it says beside the shape is accounted for', () => {
    const { document, notes } = importing('mine.json', { title: 'Tiny', spec: tiny, author: 'me' })
    expect(document).toMatchObject({ kind: 'model', name: 'tiny' })
    expect(notes).toEqual(['left out, as they say nothing about the shape: title, author'])
    expect(() => importing('bad.json', { title: 'Tiny', spec: { ...tiny, depth: 3 } })).toThrow(/unknown key 'depth'/)
    expect(() => modelFrom({ title: 'Tiny', spec: tiny, layers: 3 }, '/')).toThrow(/unknown key 'layers' beside 'spec'/)
  })

  test('what is none of these is refused with what could be', () => {
    expect(() => importing('x.json', { a: 1 })).toThrow(/'x.json' is none of what can be imported/)
    for (const [text, words] of [
      ['null', /is JSON, but of a single value \('null'\)/],
      ['"a.json"', /is JSON, but of a single value/],
      ['17', /is JSON, but of a single value/],
      ['<!DOCTYPE html>\n<html>', /is a page of HTML or XML.*'<!DOCTYPE html>'/],
      [' \n', /is empty/],
      ['SQLite format 3\0', /is binary, not text/],
      ['layers: 12\nhidden: 64', /which begins with 'layers: 12', is none of what can be imported/]
    ] as const)
      for (const name of ['x.json', 'x.csv']) expect(() => importing(name, text)).toThrow(words)
    expect(() => importing('m.json', { plans: {}, stages: [] })).toThrow(/is a mapping, which is no document/)
    expect(() => importing('x.json', '{"layers": 1e999}')).toThrow()
  })
})
