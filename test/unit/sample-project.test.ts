import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentKinds } from '../../src/contract/document-contents.ts'
import { SearchSpec } from '../../src/contract/search-spec.ts'
import { ReportSpec } from '../../src/core/report/report-spec.ts'
import { explorationOf } from '../../src/main/jobs/exploration-setup.ts'
import { projectFormat } from '../../src/main/projects/migrations.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import type { ProjectStore } from '../../src/main/projects/project-store.ts'
import { inputsHash } from '../../src/main/projects/run-table.ts'
import { showBlocks } from '../../src/main/report/report-service.ts'
import { insightsHere } from '../../src/main/report/report-insights.ts'
import { sampleProject } from '../sample/sample-project.ts'

let folder: string
let sample: ProjectStore
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-sample-test-'))
  copyFileSync(sampleProject, join(folder, 'sample.tmac'))
  sample = openProject(join(folder, 'sample.tmac'), { readOnly: true })
})
afterAll(() => {
  sample.close()
  rmSync(folder, { recursive: true })
})

describe('the project that comes with the program', () => {
  it('is one small file of the present format: npm run sample makes it anew', () => {
    const database = new Database(join(folder, 'sample.tmac'), { readonly: true })
    expect(database.pragma('user_version', { simple: true })).toBe(projectFormat)
    expect(database.pragma('journal_mode', { simple: true })).toBe('delete')
    database.close()
    expect(statSync(sampleProject).size).toBeLessThan(3e6)
  })

  it('has something real for every view: a document of each kind, and finished runs, the newest with a front', () => {
    expect(new Set(sample.documents.list().map(({ kind }) => kind))).toEqual(new Set(documentKinds))
    const runs = sample.runs()
    expect(runs.map(({ status, failure }) => ({ status, failure }))).toEqual(
      runs.map(() => ({ status: 'finished', failure: undefined }))
    )
    expect(runs.length).toBeGreaterThan(1)
    expect(sample.front(runs.at(-1)!.id).length).toBeGreaterThan(50)
    expect(sample.bestPoint(runs.at(-1)!.id)?.source).toBe('search')
    expect(sample.versions()).toHaveLength(1)
  })

  it('ran what its set-ups say: a search of today has the inputs of the runs', () => {
    const setUps = sample.documents
      .list()
      .filter(({ kind }) => kind === 'search')
      .map(({ id }) => explorationOf(SearchSpec.parse(sample.documents.read(id).content), sample))
    expect(setUps.map(({ inputs }) => inputsHash(inputs))).toEqual(sample.runs().map(({ hashes }) => hashes.all))
    expect(setUps.map(({ command }) => command)).toEqual(sample.runs().map(({ command }) => command))
  })

  it('has a report of which nothing is gone, and a comparison of points that are there', async () => {
    const [report] = sample.documents.list().filter(({ kind }) => kind === 'report')
    const { blocks } = ReportSpec.parse(sample.documents.read(report!.id).content)
    const shown = await showBlocks(sample, blocks, insightsHere(sample))
    expect(shown.filter(({ stale }) => stale !== undefined)).toEqual([])
    for (const { id } of sample.documents.list().filter(({ kind }) => kind === 'exploration')) {
      const { points } = sample.documents.read(id).content as { points: { run: number; point: number }[] }
      for (const { run, point } of points) expect(sample.point(point).runId).toBe(run)
    }
  })
})
