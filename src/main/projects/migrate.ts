import type { Database } from 'better-sqlite3'
import { applicationId, migrations, projectFormat } from './migrations.ts'

/** Brings a file to this program's format, or an earlier one, one transaction per step. A file it may not write fails here. */
export function migrate(database: Database, to = projectFormat): void {
  const format = Number(database.pragma('user_version', { simple: true }))
  const enforced = database.pragma('foreign_keys', { simple: true })
  // A table that others refer to can only be made anew while nobody looks.
  database.pragma('foreign_keys = OFF')
  migrations.slice(format, to).forEach((migration, index) => {
    database
      .transaction(() => {
        database.pragma(`application_id = ${applicationId}`)
        if (typeof migration === 'string') database.exec(migration)
        else migration(database)
        database.pragma(`user_version = ${format + index + 1}`)
      })
      .immediate()
  })
  database.pragma(`foreign_keys = ${Number(enforced)}`)
}
