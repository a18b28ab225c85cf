import type { Database } from 'better-sqlite3'
import type { StoredPoint } from '../../core/report/run-record.ts'
import type { KeptPoint } from '../../core/search/exploration.ts'
import type { EvaluationTable } from './evaluation-table.ts'
import { insertRowsSql, ROWS_TOGETHER } from './insert-rows.ts'
import type { SpecTable } from './spec-table.ts'

const columns = [
  'run_id',
  'ordinal',
  'source',
  'label',
  'chip_id',
  'mapping_id',
  'iteration_time_s',
  'tokens_per_s',
  'mfu',
  'power_low_W',
  'power_high_W',
  'energy_low_J',
  'energy_high_J',
  'peak_memory_B',
  'area_mm2',
  'cost_usd',
  'feasible'
]

/** What makes a kept point itself within a run: who found it, the chip and the mapping. */
type PointKey = [runId: number, chipId: number, mappingId: number, source: string]
const ofKey = 'run_id = ? AND chip_id = ? AND mapping_id = ? AND source = ?'

/** SQL that writes the points of a project of this format. Calls belong within a transaction. */
export interface PointWriter {
  /** Keeps points; one that the run already has is left as it is. */
  insert(runId: number, points: readonly KeptPoint[]): void
  /** Keeps a point and returns its id, or that of the one that the run already has. */
  insertOne(runId: number, point: KeptPoint): number
  /** Keeps a point of the same run that was made from another; returns its id, or that of the one there is. */
  derive(parent: StoredPoint, point: KeptPoint): number
  /** Makes these, and no others, the run's front. */
  markFront(runId: number, front: readonly KeptPoint[]): void
}

export function pointWriter(database: Database, specs: SpecTable, evaluations: EvaluationTable): PointWriter {
  const insertNewRow = database.prepare(
    `${insertRowsSql('point', columns, 1)} ON CONFLICT (run_id, mapping_id, chip_id, source) DO NOTHING`
  )
  const insertRows = database.prepare(insertRowsSql('point', columns, ROWS_TOGETHER))
  const lastOrdinal = database
    .prepare<[number], number>('SELECT coalesce(max(ordinal), 0) FROM point WHERE run_id = ?')
    .pluck()
  const selectId = database.prepare<PointKey, number>(`SELECT id FROM point WHERE ${ofKey}`).pluck()
  const setParent = database.prepare('UPDATE point SET parent_id = ? WHERE id = ? AND parent_id IS NULL')
  const clearFront = database.prepare('UPDATE point SET on_front = 0 WHERE run_id = ? AND on_front = 1')
  const setFront = database.prepare<PointKey>(`UPDATE point SET on_front = 1 WHERE ${ofKey}`)

  const keyOf = (runId: number, point: KeptPoint): PointKey => [
    runId,
    specs.put('chip', point.chip).id,
    specs.put('mapping', point.mapping).id,
    point.source
  ]

  const rowOf = (runId: number, ordinal: number, point: KeptPoint): (number | string | null)[] => {
    const { evaluation } = point
    return [
      runId,
      ordinal,
      point.source,
      point.label,
      specs.put('chip', point.chip).id,
      specs.put('mapping', point.mapping).id,
      evaluation.iterationTime_s,
      evaluation.tokensPerSecond,
      evaluation.mfu,
      evaluation.power_W.low,
      evaluation.power_W.high,
      evaluation.energy_J.low,
      evaluation.energy_J.high,
      evaluation.memory_B.peak,
      point.area_mm2 ?? null,
      point.cost_usd ?? null,
      evaluation.feasible ? 1 : 0
    ]
  }

  /** The id of the last of `ROWS_TOGETHER` rows; undefined, and none of them inserted, where the run has one already. */
  const insertTogether = (rows: readonly (number | string | null)[]): number | undefined => {
    try {
      return Number(insertRows.run(rows).lastInsertRowid)
    } catch (error) {
      // SQLite takes back what the statement did, and nothing else of the transaction.
      if ((error as { code?: string }).code === 'SQLITE_CONSTRAINT_UNIQUE') return undefined
      throw error
    }
  }

  const insert = (runId: number, points: readonly KeptPoint[]): void => {
    let ordinal = lastOrdinal.get(runId)!
    for (let first = 0; first < points.length; first += ROWS_TOGETHER) {
      const some = points.slice(first, first + ROWS_TOGETHER)
      const lastId =
        some.length === ROWS_TOGETHER
          ? insertTogether(some.flatMap((point, index) => rowOf(runId, ordinal + 1 + index, point)))
          : undefined
      if (lastId !== undefined) {
        const all = some.map(({ evaluation }) => evaluation)
        evaluations.insertTogether(lastId - ROWS_TOGETHER + 1, all)
        ordinal += ROWS_TOGETHER
        continue
      }
      for (const point of some) {
        const { changes, lastInsertRowid } = insertNewRow.run(rowOf(runId, ordinal + 1, point))
        if (changes === 0) continue
        ordinal++
        evaluations.insert(Number(lastInsertRowid), point.evaluation)
      }
    }
  }

  const insertOne = (runId: number, point: KeptPoint): number => {
    insert(runId, [point])
    return selectId.get(...keyOf(runId, point))!
  }

  return {
    insert,
    insertOne,
    derive(parent, point) {
      const id = insertOne(parent.runId, point)
      setParent.run(parent.id, id)
      return id
    },
    markFront(runId, front) {
      clearFront.run(runId)
      for (const point of front) setFront.run(...keyOf(runId, point))
    }
  }
}
