import type { Database } from 'better-sqlite3'
import type { Backup } from '../../contract/projects-contract.ts'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

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

/** Copies that were made of a project before its format was changed, the newest first. */
export function backupsOf(project: string): Backup[] {
  const stem = `${basename(project).replace(/\.tmac$/, '')}.v`
  return readdirSync(dirname(project), { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && entry.name.startsWith(stem) && /^\d+(\.\d+)?\.bak$/.test(entry.name.slice(stem.length))
    )
    .map((entry) => join(dirname(project), entry.name))
    .map((path) => ({ path, madeAt: statSync(path).mtime.toISOString() }))
    .sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1))
}
