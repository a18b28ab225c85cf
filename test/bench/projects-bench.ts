import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { cell, columns, type Table } from '../../src/core/report/document.ts'
import { textTable } from '../../src/core/report/tables.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { ProjectLibrary } from '../../src/main/projects/project-library.ts'
import { writeLargeProject } from './large-project.ts'

const BATCH = 500
const LARGE_B = 500e6

const timed_s = (work: () => void): number => {
  const begun = performance.now()
  work()
  return (performance.now() - begun) / 1000
}

/** Rows of plain columns in transactions of 500, as fast as the file takes them with every commit on the disk. */
function rowsPerSecond(path: string, count: number): number {
  openProject(path, { create: true }).close()
  const database = new Database(path)
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE bench (a REAL, b REAL, c REAL, d TEXT)'
  )
  const insert = database.prepare('INSERT INTO bench VALUES (?, ?, ?, ?)')
  const batch = database.transaction((from: number) => {
    for (let at = from; at < from + BATCH; at++) insert.run(at, at / 3, at / 7, 'search')
  })
  const seconds = timed_s(() => {
    for (let from = 0; from < count; from += BATCH) batch(from)
  })
  database.close()
  return count / seconds
}

/** Makes a project of at least so many bytes, by copies of its points with longer evaluations. */
function growTo(path: string, size_B: number): void {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
  const grow = database.prepare(
    `INSERT INTO point SELECT NULL, run_id, ordinal + @by, key || @by, source, label, chip_hash, mapping_hash, iteration_time_s,
       tokens_per_s, mfu, power_low_W, power_high_W, energy_low_J, energy_high_J, peak_memory_B, area_mm2, cost_usd, feasible, 0,
       evaluation, NULL FROM point WHERE ordinal <= 10000`
  )
  for (let by = 1; statSync(path).size < size_B; by++) grow.run({ by: by * 1_000_000 })
  database.close()
}

/** How fast projects are written and opened: the budgets are 100,000 rows/s, and a project of 500 MB in 1.5 s. */
export function projectsBench(): Table {
  const folder = mkdtempSync(join(tmpdir(), 'tmac-bench-'))
  try {
    const path = join(folder, 'large.tmac')
    const rows = rowsPerSecond(join(folder, 'rows.tmac'), 200_000)
    const { rowsPerSecond: points } = writeLargeProject(path, 10_000)
    growTo(path, LARGE_B)
    const library = new ProjectLibrary({ dataFolder: folder, projectFolder: folder, sample: '' })
    let id = ''
    const opening = timed_s(() => {
      id = library.open(path).id
    })
    const view = timed_s(() => library.runView(id, 1))
    const edit = timed_s(() =>
      library.write(id, ({ documents }) => documents.create('chip', 'Chip', chipPreset('wsc-llm-54')))
    )
    library.close()
    const figures: readonly (readonly [string, string])[] = [
      ['Rows written per second, 500 to a transaction', rows.toFixed(0)],
      ['Kept points written per second, 500 to a transaction', points.toFixed(0)],
      [`Open a project of ${(statSync(path).size / 1e6).toFixed(0)} MB, s`, opening.toFixed(2)],
      ['Its run with the points on its own chip, s', view.toFixed(2)],
      ['First edit of it, s', edit.toFixed(3)]
    ]
    return {
      caption: 'Projects',
      columns: columns('What', '#Measured'),
      rows: figures.map(([what, value]) => [cell(what), cell(value)])
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(textTable(projectsBench()))
