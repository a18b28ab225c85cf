import Database from 'better-sqlite3'
import { Problem } from '../../core/problem.ts'
import { migrate } from './migrate.ts'
import { applicationId, formatWith, projectFormat } from './migrations.ts'

/** Rows that were saved of a damaged project. */
export interface Recovered {
  readonly runs: number
  readonly points: number
  readonly documents: number
}

/** Parents before those that refer to them. */
const tables = [
  'spec',
  'run',
  'point',
  'evaluation_shape',
  'evaluation',
  'policy_failure',
  'document',
  'edit',
  'version_content',
  'version',
  'version_document',
  'setting',
  'study',
  'study_case',
  'last_shown'
]

type Row = Readonly<Record<string, unknown>>

/** Rows of a table from one end until the damage. */
function* readable(database: Database.Database, table: string, columns: string, order: 'ASC' | 'DESC'): Generator<Row> {
  try {
    yield* database
      .prepare<[], Row>(`SELECT rowid AS rowid_, ${columns} FROM "${table}" ORDER BY rowid ${order}`)
      .iterate()
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
  }
}

/**
 * Writes what can still be read of a damaged project into a new one: every table from both its ends up to the damage, without rows whose
 * runs, specs or documents are lost. The damaged file stays as it is.
 * @param target a file that does not exist
 * @throws Problem `corrupt-project` when nothing can be read
 */
export function recoverProject(path: string, target: string): Recovered {
  const source = new Database(path, { readonly: true })
  let made: Database.Database | undefined
  try {
    source.pragma('trusted_schema = OFF')
    const present = presentTables(source)
    const database = (made = new Database(target))
    database.pragma('foreign_keys = OFF')
    const format = Number(source.pragma('user_version', { simple: true }))
    migrate(database, Math.min(format, projectFormat))
    database.transaction(() => {
      for (const table of tables) if (present.has(table)) copyTable(source, database, table)
      dropOrphans(database)
      if (format >= formatWith.packedEvaluations) dropWithoutEvaluation(database)
    })()
    migrate(database)
    const count = (table: string): number => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
    return { runs: count('run'), points: count('point'), documents: count('document') }
  } finally {
    source.close()
    made?.close()
  }
}

function presentTables(source: Database.Database): ReadonlySet<string> {
  try {
    const names = source.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    if (source.pragma('application_id', { simple: true }) !== applicationId) throw new Error('it is no TMAC project')
    return new Set(names)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Problem(
      'corrupt-project',
      `nothing can be read of '${source.name}': ${why}. Restore a copy of the project`
    )
  }
}

const columnNames = (database: Database.Database, table: string): string[] =>
  database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)

function copyTable(source: Database.Database, made: Database.Database, table: string): void {
  const ours = columnNames(made, table)
  const columns = columnNames(source, table).filter((name) => ours.includes(name))
  const list = columns.map((name) => `"${name}"`).join(', ')
  // A row that breaks a rule of its table is left out as one that cannot be read is.
  const insert = made.prepare(
    `INSERT OR IGNORE INTO "${table}" (rowid, ${list}) VALUES (@rowid_, ${columns.map((name) => `@${name}`).join(', ')})`
  )
  const seen = new Set<unknown>()
  for (const order of ['ASC', 'DESC'] as const)
    for (const row of readable(source, table, list, order)) {
      if (seen.has(row['rowid_'])) {
        if (order === 'DESC') break
        continue
      }
      seen.add(row['rowid_'])
      try {
        insert.run(row)
      } catch (error) {
        if (!(error instanceof Database.SqliteError)) throw error
      }
    }
}

/** Deletes rows that refer to lost ones, until none is left. */
function dropOrphans(made: Database.Database): void {
  for (;;) {
    const orphans = made
      .prepare<[], { table: string; rowid: number; parent: string; fkid: number }>(
        'SELECT * FROM pragma_foreign_key_check'
      )
      .all()
    if (orphans.length === 0) return
    for (const { table, rowid, parent } of orphans)
      if (table === 'point' && parent === 'point')
        made.prepare('UPDATE point SET parent_id = NULL WHERE rowid = ?').run(rowid)
      else made.prepare(`DELETE FROM "${table}" WHERE rowid = ?`).run(rowid)
  }
}

/** Deletes points whose evaluation is lost, and what refers to them. */
function dropWithoutEvaluation(made: Database.Database): void {
  made.exec('DELETE FROM point WHERE id NOT IN (SELECT point_id FROM evaluation)')
  dropOrphans(made)
}
