import type { Database } from 'better-sqlite3'
import type { LastShown } from '../../core/report/last-shown.ts'

/** SQL on what blocks of reports last showed. Writing calls belong within a transaction. */
export interface LastShownTable {
  /** Replaces what the same block showed before. */
  put(hash: string, shown: LastShown): void
  get(hash: string): LastShown | undefined
}

export function lastShownTable(database: Database): LastShownTable {
  const insert = database.prepare('INSERT OR REPLACE INTO last_shown (hash, made_at, content) VALUES (?, ?, ?)')
  const select = database.prepare<[string], string>('SELECT content FROM last_shown WHERE hash = ?').pluck()
  return {
    put: (hash, shown) => void insert.run(hash, new Date().toISOString(), JSON.stringify(shown)),
    get(hash) {
      const content = select.get(hash)
      return content === undefined ? undefined : (JSON.parse(content) as LastShown)
    }
  }
}
