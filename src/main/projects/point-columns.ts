import type { Database } from 'better-sqlite3'
import type { PointColumns } from '../../contract/runs-contract.ts'

type Row = readonly [
  id: number,
  ordinal: number,
  source: string,
  label: string,
  onFront: 0 | 1,
  feasible: 0 | 1,
  tokensPerSecond: number,
  iterationTime_s: number,
  power_W: number,
  peakMemory_B: number,
  area_mm2: number | null,
  cost_usd: number | null
]

/**
 * The quantities of a run's points that lists and charts show, without reading one evaluation.
 * @param most points, the first after the ordinal
 */
export function pointColumns(database: Database, runId: number, afterOrdinal: number, most: number): PointColumns {
  const rows = database
    .prepare<[number, number, number], Row>(
      `SELECT id, ordinal, source, label, on_front, feasible, tokens_per_s, iteration_time_s, power_high_W, peak_memory_B,
         area_mm2, cost_usd FROM point WHERE run_id = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`
    )
    .raw()
    .all(runId, afterOrdinal, most)
  const numbers = () => new Float64Array(rows.length)
  const columns = {
    id: numbers(),
    ordinal: numbers(),
    source: Array<string>(rows.length),
    label: Array<string>(rows.length),
    onFront: new Uint8Array(rows.length),
    feasible: new Uint8Array(rows.length),
    tokensPerSecond: numbers(),
    iterationTime_s: numbers(),
    power_W: numbers(),
    peakMemory_B: numbers(),
    area_mm2: numbers(),
    cost_usd: numbers()
  }
  for (const [at, row] of rows.entries()) {
    columns.id[at] = row[0]
    columns.ordinal[at] = row[1]
    columns.source[at] = row[2]
    columns.label[at] = row[3]
    columns.onFront[at] = row[4]
    columns.feasible[at] = row[5]
    columns.tokensPerSecond[at] = row[6]
    columns.iterationTime_s[at] = row[7]
    columns.power_W[at] = row[8]
    columns.peakMemory_B[at] = row[9]
    columns.area_mm2[at] = row[10] ?? Number.NaN
    columns.cost_usd[at] = row[11] ?? Number.NaN
  }
  return columns
}
