import Database from 'better-sqlite3'
import type { ProjectCheck } from '../../contract/projects-contract.ts'
import { documentKinds, parseContent } from '../../contract/document-contents.ts'
import { contentHash } from '../../core/content-hash.ts'
import { counted } from '../../core/format/counted.ts'
import { formatWith } from './migrations.ts'
import { unpackJson } from './packed-json.ts'

/** Faults that an answer names; of more, how many. */
const MOST_FINDINGS = 50

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Specs that are not what their hash says. */
function* brokenSpecs(database: Database.Database): Generator<string> {
  for (const { kind, hash, json } of database
    .prepare<[], { kind: string; hash: string; json: string }>('SELECT kind, hash, json FROM spec')
    .iterate())
    if (contentHash(JSON.parse(json)) !== hash)
      yield `the ${kind} ${hash.slice(0, 16)} is not what was kept under this hash`
}

/** Points whose evaluation is missing or cannot be put together. */
function* brokenEvaluations(database: Database.Database): Generator<string> {
  const shapes = new Map(
    database
      .prepare<[], { id: number; json: string }>('SELECT id, json FROM evaluation_shape')
      .all()
      .map(({ id, json }) => [id, json])
  )
  for (const { id, shape, numbers } of database
    .prepare<[], { id: number; shape: number | null; numbers: Buffer | null }>(
      'SELECT point.id, shape_id AS shape, numbers FROM point LEFT JOIN evaluation ON point_id = point.id'
    )
    .iterate())
    try {
      const text = shape === null ? undefined : shapes.get(shape)
      if (text === undefined || numbers === null) throw new Error('it is missing')
      unpackJson(text, new Float64Array(Uint8Array.from(numbers).buffer))
    } catch (error) {
      yield `the evaluation of point ${id} cannot be read: ${reasonOf(error)}`
    }
}

/** Documents that are not what their kind says. */
function* brokenDocuments(database: Database.Database): Generator<string> {
  for (const { id, kind, name, content } of database
    .prepare<[], { id: number; kind: string; name: string; content: string }>(
      'SELECT id, kind, substr(name, 1, 200) AS name, content FROM document'
    )
    .iterate())
    try {
      const known = documentKinds.find((one) => one === kind)
      if (!known) throw new Error(`there is no kind '${kind}'`)
      parseContent(known, JSON.parse(content), `${kind} '${name}'`)
    } catch (error) {
      yield `document ${id} cannot be read: ${reasonOf(error)}`
    }
}

/** What SQLite finds: pages, indexes and rows that contradict each other, references that lead nowhere. */
function* brokenFile(database: Database.Database): Generator<string> {
  const verdicts = database.pragma(`integrity_check(${MOST_FINDINGS})`) as { integrity_check: string }[]
  for (const { integrity_check: verdict } of verdicts) if (verdict !== 'ok') yield verdict
  const orphans = database
    .prepare<[], { child: string; parent: string; rows: number }>(
      'SELECT "table" AS child, parent, count(*) AS rows FROM pragma_foreign_key_check GROUP BY "table", parent'
    )
    .all()
  for (const { child, parent, rows } of orphans)
    yield `${counted(rows, 'row')} of '${child}' without the '${parent}' that they belong to`
}

/** Reads a whole project and tells what is wrong with it. May take minutes for a large one: not for the thread of a host. */
export function checkProject(path: string): ProjectCheck {
  const database = new Database(path, { readonly: true })
  try {
    database.pragma('trusted_schema = OFF')
    const format = Number(database.pragma('user_version', { simple: true }))
    const findings: string[] = []
    let more = 0
    const checks = [
      brokenFile,
      brokenSpecs,
      ...(format >= formatWith.packedEvaluations ? [brokenEvaluations] : []),
      ...(format >= formatWith.documents ? [brokenDocuments] : [])
    ]
    for (const check of checks)
      try {
        for (const finding of check(database))
          if (findings.length < MOST_FINDINGS) findings.push(finding)
          else more++
      } catch (error) {
        // A page that cannot be read ends one check, and the others tell more.
        findings.push(reasonOf(error))
      }
    const count = (table: string): number => {
      // A table that cannot be read has been told above.
      try {
        return Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
      } catch {
        return 0
      }
    }
    return {
      findings,
      more,
      runs: count('run'),
      points: count('point'),
      documents: format >= formatWith.documents ? count('document') : 0
    }
  } finally {
    database.close()
  }
}
