import type { Database } from 'better-sqlite3'
import { existsSync } from 'node:fs'

/** A name beside the project that nothing has yet: `study.v1.bak`, `study.v1.2.bak`, … */
function freeBackupPath(project: string, format: number): string {
  const stem = `${project.replace(/\.tmac$/, '')}.v${format}`
  for (let number = 1; ; number++) {
    const path = number === 1 ? `${stem}.bak` : `${stem}.${number}.bak`
    if (!existsSync(path)) return path
  }
}

/** Copies a project as it is beside it before its format is changed; returns where to. */
export function backUpFormat(database: Database, project: string, format: number): string {
  const path = freeBackupPath(project, format)
  database.prepare('VACUUM INTO ?').run(path)
  return path
}
