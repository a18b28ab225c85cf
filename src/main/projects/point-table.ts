import type { Database } from 'better-sqlite3'
import { contentHash } from '../../core/content-hash.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { StoredPoint } from '../../core/report/run-record.ts'
import type { KeptPoint, Objective } from '../../core/search/exploration.ts'
import type { Evaluation } from '../../core/simulator/evaluation.ts'
import type { SpecTable } from './spec-table.ts'

interface PointRow {
  readonly id: number
  readonly run_id: number
  readonly ordinal: number
  readonly source: string
  readonly label: string
  readonly chip_hash: string
  readonly mapping_hash: string
  readonly area_mm2: number | null
  readonly cost_usd: number | null
  readonly on_front: 0 | 1
  readonly evaluation: string
  /** Not in projects of the first format. */
  readonly parent_id?: number | null
}

const columns = [
  'run_id',
  'ordinal',
  'key',
  'source',
  'label',
  'chip_hash',
  'mapping_hash',
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
  'feasible',
  'evaluation'
]

/** The upper ends of energy and power decide, as they do where a cap is checked; every score is better when larger. */
const scores: Readonly<Record<Objective, string>> = {
  throughput: 'tokens_per_s',
  energy: '-energy_high_J',
  'throughput-per-watt': 'tokens_per_s / power_high_W',
  'throughput-per-cost': 'tokens_per_s / cost_usd'
}

/** An evaluation as text, without the mapping, which is kept once under its hash. */
export const evaluationJson = (evaluation: Evaluation): string => JSON.stringify({ ...evaluation, mapping: undefined })

export const evaluationOf = (json: string, mapping: Mapping): Evaluation => ({
  ...(JSON.parse(json) as Omit<Evaluation, 'mapping'>),
  mapping
})

/** What makes a kept point itself within a run: who found it, the chip and the mapping. */
const pointKey = (source: string, chipHash: string, mappingHash: string): string =>
  contentHash([source, chipHash, mappingHash])

/** SQL on the points of a project. Writing calls belong within a transaction. */
export interface PointTable {
  /** Keeps a point; one that the run already has is left as it is. */
  insert(runId: number, point: KeptPoint): void
  /** Keeps a point of the same run that was made from another; returns its id, or that of the one there is. */
  derive(parent: StoredPoint, point: KeptPoint): number
  /** Makes these, and no others, the run's front. */
  markFront(runId: number, front: readonly KeptPoint[]): void
  ofRun(runId: number): StoredPoint[]
  front(runId: number): StoredPoint[]
  /** On the run's own chip: ours and the policies'. */
  onOwnChip(runId: number): StoredPoint[]
  /** On the run's own chip. */
  best(runId: number, objective: Objective): StoredPoint | undefined
  bestOfFront(runId: number, objective: Objective): StoredPoint | undefined
  byId(id: number): StoredPoint | undefined
}

export function pointTable(database: Database, specs: SpecTable): PointTable {
  const insertRow = database.prepare(
    `INSERT INTO point (${columns.join(', ')}) VALUES (${columns.map((column) => `@${column}`).join(', ')})
     ON CONFLICT (run_id, key) DO NOTHING`
  )
  const nextOrdinal = database
    .prepare<[number], number>('SELECT coalesce(max(ordinal), 0) + 1 FROM point WHERE run_id = ?')
    .pluck()
  const clearFront = database.prepare('UPDATE point SET on_front = 0 WHERE run_id = ? AND on_front = 1')
  const setFront = database.prepare('UPDATE point SET on_front = 1 WHERE run_id = ? AND key = ?')
  const select = (where: string) => database.prepare<[number], PointRow>(`SELECT * FROM point WHERE ${where}`)
  const selectRun = select('run_id = ? ORDER BY ordinal')
  const selectFront = select('run_id = ? AND on_front = 1 ORDER BY ordinal')
  const selectOwn = select("run_id = ? AND source NOT IN ('architecture', 'what-if') ORDER BY ordinal")
  const selectId = select('id = ?')
  /** Of equally good points, ours before a policy's, then the one found first. */
  const bestWhere = (where: string) =>
    Object.fromEntries(
      Object.entries(scores).map(([objective, score]) => [
        objective,
        select(
          `run_id = ? AND feasible = 1 AND ${where} ORDER BY ${score} DESC NULLS LAST, source LIKE 'policy:%', ordinal LIMIT 1`
        )
      ])
    )
  // What a person tried is no result of the run, whose certificate speaks of what was searched.
  const selectBest = bestWhere("source NOT IN ('architecture', 'what-if')")
  const selectBestOfFront = bestWhere('on_front = 1')

  const assemble = (row: PointRow): StoredPoint => {
    const mapping = specs.get('mapping', row.mapping_hash)
    return {
      id: row.id,
      runId: row.run_id,
      ordinal: row.ordinal,
      onFront: row.on_front === 1,
      source: row.source,
      label: row.label,
      chip: specs.get('chip', row.chip_hash),
      mapping,
      evaluation: evaluationOf(row.evaluation, mapping),
      area_mm2: row.area_mm2 ?? undefined,
      cost_usd: row.cost_usd ?? undefined,
      ...(typeof row.parent_id === 'number' && { parent: row.parent_id })
    }
  }

  const insert = (runId: number, point: KeptPoint): string => {
    const { evaluation } = point
    const chip_hash = specs.put('chip', point.chip)
    const mapping_hash = specs.put('mapping', point.mapping)
    const key = pointKey(point.source, chip_hash, mapping_hash)
    insertRow.run({
      run_id: runId,
      ordinal: nextOrdinal.get(runId),
      key,
      source: point.source,
      label: point.label,
      chip_hash,
      mapping_hash,
      iteration_time_s: evaluation.iterationTime_s,
      tokens_per_s: evaluation.tokensPerSecond,
      mfu: evaluation.mfu,
      power_low_W: evaluation.power_W.low,
      power_high_W: evaluation.power_W.high,
      energy_low_J: evaluation.energy_J.low,
      energy_high_J: evaluation.energy_J.high,
      peak_memory_B: evaluation.memory_B.peak,
      area_mm2: point.area_mm2 ?? null,
      cost_usd: point.cost_usd ?? null,
      feasible: evaluation.feasible ? 1 : 0,
      evaluation: evaluationJson(evaluation)
    })
    return key
  }

  return {
    insert: (runId, point) => void insert(runId, point),
    derive(parent, point) {
      const key = insert(parent.runId, point)
      const id = database
        .prepare<[number, string], number>('SELECT id FROM point WHERE run_id = ? AND key = ?')
        .pluck()
        .get(parent.runId, key)!
      database.prepare('UPDATE point SET parent_id = ? WHERE id = ? AND parent_id IS NULL').run(parent.id, id)
      return id
    },
    markFront(runId, front) {
      clearFront.run(runId)
      for (const point of front)
        setFront.run(runId, pointKey(point.source, contentHash(point.chip), contentHash(point.mapping)))
    },
    ofRun: (runId) => selectRun.all(runId).map(assemble),
    front: (runId) => selectFront.all(runId).map(assemble),
    onOwnChip: (runId) => selectOwn.all(runId).map(assemble),
    best(runId, objective) {
      const row = selectBest[objective]?.get(runId)
      return row && assemble(row)
    },
    bestOfFront(runId, objective) {
      const row = selectBestOfFront[objective]?.get(runId)
      return row && assemble(row)
    },
    byId(id) {
      const row = selectId.get(id)
      return row && assemble(row)
    }
  }
}
