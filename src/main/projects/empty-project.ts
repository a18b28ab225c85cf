import Database from 'better-sqlite3'
import { migrate } from './migrate.ts'

/** A project in memory with nothing in it: what a file of an older format, which has no such tables yet, says of them. */
export function emptyProject(): Database.Database {
  const database = new Database(':memory:')
  migrate(database)
  return database
}
