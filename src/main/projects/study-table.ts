import type { Database } from 'better-sqlite3'
import { canonicalJson } from '../../core/canonical.ts'
import { studyHash, type Study } from '../../core/study/study-case.ts'
import type { CaseRecord } from '../../core/study/study-results.ts'

/** SQL on the studies of a project. Writing calls belong within a transaction. */
export interface StudyTable {
  /** Keeps a study under its hash, once. */
  put(study: Study): void
  byHash(hash: string): Study | undefined
  /** Of all studies, oldest first. */
  hashes(): string[]
  /** Cases of a study that are done, with their runs. */
  cases(hash: string): CaseRecord[]
  runOf(hash: string, key: string): number | undefined
  /** The names of the cases that runs are, in the newest study that has them. */
  keysByRun(): ReadonlyMap<number, string>
  /** In how many studies a run is a case. */
  usesOf(run: number): number
  /** Keeps a finished case in place of what there was of it. */
  setCase(hash: string, record: CaseRecord): void
}

export function studyTable(database: Database): StudyTable {
  const insertStudy = database.prepare('INSERT INTO study (hash, name, json) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const selectStudy = database.prepare<[string], string>('SELECT json FROM study WHERE hash = ?').pluck()
  const selectHashes = database.prepare<[], string>('SELECT hash FROM study ORDER BY rowid').pluck()
  const selectCases = database
    .prepare<[string], string>('SELECT result FROM study_case WHERE study_hash = ? ORDER BY rowid')
    .pluck()
  const selectRun = database
    .prepare<[string, string], number>('SELECT run_id FROM study_case WHERE study_hash = ? AND key = ?')
    .pluck()
  const selectKeys = database.prepare<[], { run_id: number; key: string }>(
    'SELECT run_id, key FROM study_case ORDER BY rowid'
  )
  const countUses = database.prepare<[number], number>('SELECT count(*) FROM study_case WHERE run_id = ?').pluck()
  const setRow = database.prepare(
    `INSERT INTO study_case (study_hash, key, run_id, result) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET run_id = excluded.run_id, result = excluded.result`
  )
  return {
    put: (study) => void insertStudy.run(studyHash(study), study.spec.name, canonicalJson(study)),
    byHash(hash) {
      const json = selectStudy.get(hash)
      return json === undefined ? undefined : (JSON.parse(json) as Study)
    },
    hashes: () => selectHashes.all(),
    cases: (hash) => selectCases.all(hash).map((json) => JSON.parse(json) as CaseRecord),
    runOf: (hash, key) => selectRun.get(hash, key),
    keysByRun: () => new Map(selectKeys.all().map(({ run_id, key }) => [run_id, key])),
    usesOf: (run) => countUses.get(run)!,
    setCase: (hash, record) => void setRow.run(hash, record.key, record.run, JSON.stringify(record))
  }
}
