import Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { openProject } from '../../src/main/projects/open-project.ts'
import { exampleChip, exampleInputs, exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

const BATCH = 500
const CHIPS = 1000
const MAPPINGS = 100
/** The numbers of an example's evaluation, as doubles. */
const EVALUATION_B = 664

/**
 * Writes a project with one finished run of so many made-up points, by the calls that a search uses.
 * @returns points per second, each with its quantities, its place among the run's points and its whole evaluation, 500 to a transaction
 * that is on the disk when it ends
 */
export function writeLargeProject(path: string, points: number): number {
  const store = openProject(path, { create: true })
  const mappings = Array.from({ length: MAPPINGS }, (_, index) => exampleMapping(4, index + 1))
  // A search explores wafers: most points have a chip of their own, and many points share one.
  const chips = Array.from({ length: CHIPS }, (_, index) => exampleChip({ name: `wafer-${index}` }))
  // What the points differ in is what a chart shows; a run's evaluations are as large as this one.
  const pointAt = (index: number) => {
    const [turn, step] = [(index * 0.618_034) % 1, index / points]
    const tokensPerSecond = 8000 + 20_000 * step * (0.5 + turn / 2)
    return exampleKeptPoint({
      mapping: mappings[Math.floor(index / CHIPS) % MAPPINGS]!,
      chip: chips[index % CHIPS]!,
      source: index % CHIPS === 0 ? 'search' : 'architecture',
      label: `design ${index}`,
      area_mm2: 30_000 + 20_000 * turn,
      cost_usd: 20_000 + 30_000 * ((index * 0.414_214) % 1),
      evaluation: {
        tokensPerSecond,
        power_W: { low: 3000 + 9000 * step, high: 5000 + 10_000 * (0.4 * turn + 0.6 * step) }
      }
    })
  }
  try {
    const run = store.startRun(exampleInputs(), {
      command: 'bench',
      versions: { tmac: '0', node: '0', schema: 0 }
    })
    let writing_ms = 0
    for (let first = 0; first < points; first += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, points - first) }, (_, at) => pointAt(first + at))
      const before = performance.now()
      run.keep(batch)
      writing_ms += performance.now() - before
    }
    run.finish({})
    return (points / writing_ms) * 1000
  } finally {
    store.close()
  }
}

/**
 * As many bytes as fast as SQLite and the disk take them: rows like those of points and their evaluations, without an index, a rule, a
 * reference or a search behind them, 500 to a transaction that is on the disk when it ends.
 * @returns rows per second
 */
export function bareRowsPerSecond(path: string, count: number): number {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000')
  const quantities = Array.from('abcdefghijklmnop')
  database.exec(`CREATE TABLE bare (${quantities.join(', ')}, numbers BLOB)`)
  const insert = database.prepare(`INSERT INTO bare VALUES (${'?, '.repeat(quantities.length)} ?)`)
  const numbers = Buffer.alloc(EVALUATION_B, 7)
  const batch = database.transaction((from: number) => {
    for (let at = from; at < from + BATCH; at++) insert.run(...quantities.map((_, index) => at / (index + 1)), numbers)
  })
  const before = performance.now()
  for (let from = 0; from < count; from += BATCH) batch(from)
  const seconds = (performance.now() - before) / 1000
  database.close()
  return count / seconds
}

/** Copies the first run of a project, with its points, until the file has so many bytes. */
export function growTo(path: string, size_B: number): void {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
  const columnsOf = (table: string): string[] =>
    database
      .prepare<[string], string>("SELECT name FROM pragma_table_info(?) WHERE name NOT IN ('id', 'run_id', 'point_id')")
      .pluck()
      .all(table)
  const copy = (table: string, own: string, taken: string, where: string): string => {
    const rest = columnsOf(table)
    return `INSERT INTO ${table} (${[own, ...rest].join()}) SELECT ${[taken, ...rest].join()} FROM ${table} WHERE ${where}`
  }
  const [run, points, evaluations] = [
    copy('run', 'id', '@run', 'id = 1'),
    copy('point', 'id, run_id', 'id + @by, @run', 'run_id = 1'),
    copy('evaluation', 'point_id', 'point_id + @by', 'point_id <= @last')
  ].map((sql) => database.prepare(sql))
  const last = database.prepare<[], number>('SELECT max(id) FROM point').pluck().get()!
  for (let count = 1; statSync(path).size < size_B; count++) {
    const by = { run: count + 1, by: count * last, last }
    for (const statement of [run, points, evaluations]) statement!.run(by)
  }
  database.close()
}
