import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkProject } from '../../src/main/projects/check-project.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { exampleInputs, exampleKeptPoint } from '../fixtures/kept-point.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-check-'))
  path = join(folder, 'study.tmac')
  using store = openProject(path, { create: true })
  const run = store.startRun(exampleInputs(), {
    command: 'tmac explore',
    versions: { tmac: '0.1.0', node: '24.21.0', schema: 1 }
  })
  run.keep([exampleKeptPoint()])
  run.finish()
  store.documents.create('report', 'R', { title: 'R', blocks: [] })
})
afterEach(() => rmSync(folder, { recursive: true }))

const alter = (...statements: readonly string[]): void => {
  const database = new Database(path)
  database.pragma('foreign_keys = OFF')
  for (const statement of statements) database.exec(statement)
  database.close()
}

test('of a whole project nothing is found, and what was read is counted', () =>
  expect(checkProject(path)).toEqual({ findings: [], more: 0, runs: 1, points: 1, documents: 1 }))

test('a number changed by other means is found by its hash, of whatever kind the spec is', () => {
  alter(`UPDATE spec SET json = json_set(json, '$.microBatch', 7) WHERE kind = 'mapping'`)
  expect(checkProject(path).findings).toEqual([
    expect.stringMatching(/^the mapping [0-9a-f]{16} is not what was kept under this hash$/)
  ])
})

test('evaluations, documents and references that are broken are told each by its number', () => {
  alter(
    `UPDATE evaluation SET numbers = x'0000000000000000'`,
    `UPDATE document SET content = '{"title":7}'`,
    `DELETE FROM run`
  )
  const { findings } = checkProject(path)
  expect(findings[0]).toBe("1 row of 'point' without the 'run' that they belong to")
  expect(findings[1]).toMatch(/^the evaluation of point 1 cannot be read: /)
  expect(findings[2]).toMatch(/^document 1 cannot be read: .*title/)
  expect(findings).toHaveLength(3)
})

test('of many faults the first are named and the others counted', () => {
  alter(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80)
     INSERT INTO document (kind, name, content, created_at, changed_at) SELECT 'chip', 'c' || i, '{}', '', '' FROM n`
  )
  expect(checkProject(path)).toMatchObject({ more: 30, documents: 81 })
})
