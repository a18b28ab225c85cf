import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ReportBlock } from '../../src/core/report/report-spec.ts'
import { ProjectLibrary } from '../../src/main/projects/project-library.ts'
import { ProjectTrash } from '../../src/main/projects/project-trash.ts'
import { insightsHere } from '../../src/main/report/report-insights.ts'
import { showBlocks } from '../../src/main/report/report-service.ts'
import { exampleChip, exampleInputs, exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

const start = { command: 'tmac explore', versions: { tmac: '0.1.0', node: '24.21.0', schema: 1 } }
let folder: string
let library: ProjectLibrary
let trash: ProjectTrash
let project: string

/** Two runs on chips of their own, the second with many points. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-trash-'))
  library = new ProjectLibrary({ dataFolder: folder, projectFolder: folder, sample: '' })
  trash = new ProjectTrash(library)
  project = library.create('study').id
  library.write(project, (store) => {
    const first = store.startRun(exampleInputs(), start)
    first.keep([exampleKeptPoint({ label: 'first' })])
    first.finish()
    const chip = exampleChip({ name: 'second' })
    const second = store.startRun(exampleInputs({ chip, seed: 2 }), start)
    second.keep(
      Array.from({ length: 400 }, (_, at) =>
        exampleKeptPoint({ label: `second ${at}`, chip: { ...chip, name: `second-${at}` }, mapping: exampleMapping(2) })
      )
    )
    second.finish()
  })
})
afterEach(() => {
  library.close()
  rmSync(folder, { recursive: true })
})

const store = () => library.store(project)
const source = () => insightsHere(store())
const figure: ReportBlock = { kind: 'figure', key: 'a', figure: { figure: 'time', points: [2] } }
const show = async (block: ReportBlock) => (await showBlocks(store(), [block], source()))[0]!

test('a run in the trash is not found, says where it is, and comes back whole', async () => {
  await trash.trashRun(project, 2, source())
  expect(library.view(project)).toMatchObject({ runs: [{ id: 1 }], trashedRuns: [{ id: 2, pointCount: 400 }] })
  expect(() => store().run(2)).toThrow(/run 2 of .* is in the trash; take it out of it first/)
  expect(() => store().point(2)).toThrow(/is in the trash/)
  expect(store().point(1).label).toBe('first')
  trash.restoreRun(project, 2)
  expect(store().run(2).pointCount).toBe(400)
  expect(store().points(2)).toHaveLength(400)
})

test('what is being searched cannot be put into the trash', async () => {
  library.startWriting(project).startRun(exampleInputs({ seed: 3 }), start)
  await expect(trash.trashRun(project, 3, source())).rejects.toThrow(/run 3 .* is running: stop it/)
  library.endWriting(project)
})

test('a report keeps what it last showed of a run that is gone, says that it is stale, and is live again with the run', async () => {
  library.write(project, ({ documents }) => documents.create('report', 'R', { title: 'R', blocks: [figure] }))
  const live = await show(figure)
  await trash.trashRun(project, 2, source())
  const other: ReportBlock = { ...figure, key: 'b', caption: 'Mine' }
  const stale = await show(other)
  expect(stale.stale).toMatch(/This block is stale: it keeps what it last showed\.$/)
  expect(stale.pictures).toEqual(live.pictures)
  expect(stale.blocks).toEqual([
    { kind: 'notice', text: stale.stale },
    { ...live.blocks[0]!, caption: 'Mine' }
  ])
  trash.empty(project)
  expect((await show(figure)).pictures).toEqual(live.pictures)
  const never = await show({ ...figure, figure: { figure: 'memory', points: [2] } })
  expect(never).toMatchObject({ pictures: {}, stale: expect.stringMatching(/choose another source/) as unknown })

  library.write(project, ({ documents }) =>
    documents.create('report', 'S', { title: 'S', blocks: [{ kind: 'facts', key: 'a', point: 1 }] })
  )
  await trash.trashRun(project, 1, source())
  expect((await show({ kind: 'facts', key: 'a', point: 1 })).stale).toBeDefined()
  trash.restoreRun(project, 1)
  expect(await show({ kind: 'facts', key: 'a', point: 1 })).toMatchObject({ stale: undefined })
})

test('emptying deletes what is in the trash and nothing else, gives its space back, and numbers are not given twice', async () => {
  library.write(project, (writing) => {
    const { id } = writing.documents.create('report', 'old', { title: 'old', blocks: [] })
    writing.nameVersion('first draft')
    writing.documents.trash(id)
  })
  await trash.trashRun(project, 2, source())
  expect(trash.contents(project)).toEqual({ runs: 1, points: 400, documents: 1, versions: 1 })
  expect(trash.empty(project)).toBeGreaterThan(100_000)
  expect(trash.contents(project)).toEqual({ runs: 0, points: 0, documents: 0, versions: 0 })
  expect(library.view(project)).toMatchObject({ runs: [{ id: 1 }], trashedRuns: [] })
  expect(store().point(1).chip.name).toBe(exampleChip().name)
  library.write(project, (writing) => {
    const third = writing.startRun(exampleInputs({ seed: 3 }), start)
    third.keep([
      exampleKeptPoint({ label: 'again', chip: exampleChip({ name: 'second-7' }), mapping: exampleMapping(2) })
    ])
    third.finish()
    expect(third.id).toBe(3)
  })
  expect(store().points(3)).toMatchObject([{ id: 402, label: 'again', chip: { name: 'second-7' } }])
})

test('a note stays with its run', () => {
  library.write(project, (writing) => writing.setNote(1, 'Baseline of the paper'))
  expect(library.view(project).runs[0]!.note).toBe('Baseline of the paper')
})
