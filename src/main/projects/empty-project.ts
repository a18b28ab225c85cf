import Database from 'better-sqlite3'
import { migrate } from './migrate.ts'
import { projectFormat } from './migrations.ts'

/** A project in memory with nothing in it, also of an older format: what a file that has no such tables yet would say of them. */
export function emptyProject(format = projectFormat): Database.Database {
  const database = new Database(':memory:')
  migrate(database, format)
  return database
}
