import type { Database } from 'better-sqlite3'
import { applicationId, migrations, projectFormat } from './migrations.ts'

/** Brings a file to this program's format, or an earlier one, one transaction per step. A file it may not write fails here. */
export function migrate(database: Database, to = projectFormat): void {
  const format = Number(database.pragma('user_version', { simple: true }))
  migrations.slice(format, to).forEach((sql, index) => {
    database
      .transaction(() => {
        database.pragma(`application_id = ${applicationId}`)
        database.exec(sql)
        database.pragma(`user_version = ${format + index + 1}`)
      })
      .immediate()
  })
}
