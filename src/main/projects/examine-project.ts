import Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { Problem } from '../../core/problem.ts'
import { emptyProject } from './empty-project.ts'
import { applicationId, projectFormat } from './migrations.ts'

export interface Leniency {
  /** Read it as far as it can be read, damaged or of a newer format. */
  readonly asFarAsPossible?: boolean
  /** This process has read it through since it was opened first: that is not done again. */
  readonly readThrough?: boolean
}

/** A larger file is not read through when it is opened: that would take seconds. Damage in it is found where it is met. */
const CHECKED_WHOLE_B = 64e6

/**
 * Refuses another program's file, a newer format, a damaged file, and one whose tables are not what this program makes.
 * @throws Problem `not-a-project`, `altered-project`, `newer-version`, `corrupt-project`
 */
export function examineProject(path: string, { asFarAsPossible = false, readThrough = false }: Leniency = {}): void {
  const database = new Database(path, { readonly: true })
  try {
    const id = database.pragma('application_id', { simple: true })
    const format = Number(database.pragma('user_version', { simple: true }))
    if (id !== applicationId) {
      const what = statSync(path).size === 0 ? 'it is empty' : 'it is the SQLite file of another program'
      throw new Problem('not-a-project', `'${path}' is not a TMAC project: ${what}. Choose another name`)
    }
    if (format > projectFormat && !asFarAsPossible)
      throw new Problem(
        'newer-version',
        `'${path}' has project format ${format}; this version knows formats up to ${projectFormat}. ` +
          `Update TMAC Workbench to open it`
      )
    refuseForeignTables(database, path, format)
    if (asFarAsPossible || readThrough || statSync(path).size > CHECKED_WHOLE_B) return
    const verdict = String(database.pragma('quick_check(1)', { simple: true }))
    if (verdict === 'ok') return
    const where = verdict.replace(/^\*\*\* in database main \*\*\*\s*/, '').trim()
    throw new Problem('corrupt-project', `'${path}' is damaged: ${where}. Restore a copy of the project`)
  } finally {
    database.close()
  }
}

type Schema = ReadonlyMap<string, string>

/** Every table by name, as the columns that it has; what else bears a table's name, as what it is. */
function tablesOf(database: Database.Database): Schema {
  const objects = database
    .prepare<[], { type: string; name: string }>("SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')")
    .all()
  const columns = database
    .prepare<[string], string>(`SELECT group_concat(name || ' ' || type || ' ' || hidden) FROM pragma_table_xinfo(?)`)
    .pluck()
  return new Map(objects.map(({ type, name }) => [name, type === 'table' ? (columns.get(name) ?? '') : `a ${type}`]))
}

const known = new Map<number, Schema>()
function expectedTables(format: number): Schema {
  const found = known.get(format)
  if (found) return found
  const empty = emptyProject(format)
  const tables = new Map([...tablesOf(empty)].filter(([, columns]) => !columns.startsWith('a ')))
  empty.close()
  known.set(format, tables)
  return tables
}

/**
 * A file from elsewhere may hold views in place of our tables, or triggers on them, which would compute whatever their writer liked. Further
 * tables and views that people add for themselves are none of our business: nothing here reads them.
 */
function refuseForeignTables(database: Database.Database, path: string, format: number): void {
  const refuse = (what: string): never => {
    throw new Problem(
      'altered-project',
      `'${path}' was not made by this program: ${what}. Ask for the project as it was saved, or recover it into a new file`
    )
  }
  const [trigger] = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all()
  if (trigger !== undefined) refuse(`it has a trigger, '${trigger.slice(0, 60)}'`)
  const tables = tablesOf(database)
  for (const [name, columns] of expectedTables(Math.min(format, projectFormat))) {
    const found = tables.get(name)
    if (found === undefined) refuse(`it has no table '${name}'`)
    else if (found.startsWith('a ')) refuse(`'${name}' is ${found}`)
    else if (found !== columns && format <= projectFormat) refuse(`'${name}' is a table of other columns`)
  }
}
