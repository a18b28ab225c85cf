import type { Database } from 'better-sqlite3'
import type { Transact } from './run-writer.ts'

/** What a project remembers for its person, such as its layout, by name. */
export interface SettingTable {
  all(): Record<string, unknown>
  set(name: string, value: unknown): void
}

export function settingTable(database: Database, transact: Transact): SettingTable {
  const selectAll = database.prepare<[], { name: string; value: string }>('SELECT name, value FROM setting')
  const upsert = database.prepare(
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'
  )
  return {
    all: () => Object.fromEntries(selectAll.all().map(({ name, value }) => [name, JSON.parse(value) as unknown])),
    set: (name, value) => transact(() => upsert.run(name, JSON.stringify(value)))
  }
}
