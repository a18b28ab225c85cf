import type { Database } from 'better-sqlite3'
import type { PointColumns } from '../../contract/runs-contract.ts'

interface Row {
  readonly id: number
  readonly ordinal: number
  readonly source: string
  readonly label: string
  readonly on_front: 0 | 1
  readonly feasible: 0 | 1
  readonly tokens_per_s: number
  readonly iteration_time_s: number
  readonly power_high_W: number
  readonly peak_memory_B: number
  readonly area_mm2: number | null
  readonly cost_usd: number | null
}

/** The quantities of a run's points that lists and charts show, without reading one evaluation. */
export function pointColumns(database: Database, runId: number, afterOrdinal: number): PointColumns {
  const rows = database
    .prepare<[number, number], Row>(
      `SELECT id, ordinal, source, label, on_front, feasible, tokens_per_s, iteration_time_s, power_high_W, peak_memory_B,
         area_mm2, cost_usd FROM point WHERE run_id = ? AND ordinal > ? ORDER BY ordinal`
    )
    .all(runId, afterOrdinal)
  return {
    id: rows.map((row) => row.id),
    ordinal: rows.map((row) => row.ordinal),
    source: rows.map((row) => row.source),
    label: rows.map((row) => row.label),
    onFront: rows.map((row) => row.on_front === 1),
    feasible: rows.map((row) => row.feasible === 1),
    tokensPerSecond: rows.map((row) => row.tokens_per_s),
    iterationTime_s: rows.map((row) => row.iteration_time_s),
    power_W: rows.map((row) => row.power_high_W),
    peakMemory_B: rows.map((row) => row.peak_memory_B),
    area_mm2: rows.map((row) => row.area_mm2),
    cost_usd: rows.map((row) => row.cost_usd)
  }
}
