import type { Database } from 'better-sqlite3'
import type { DesignPoint, StoredPoint } from '../../core/report/run-record.ts'
import { workloadOfSource } from '../../core/search/point-source.ts'
import type { DesignHashes, Objective } from '../../core/search/exploration.ts'
import { evaluationOf, type EvaluationTable } from './evaluation-table.ts'
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
  /** Not in projects of the first format. */
  readonly parent_id?: number | null
}
/** As formats before packed evaluations have them. */
interface FormerRow extends PointRow {
  readonly evaluation: string
}
interface PackedRow extends PointRow {
  readonly shape_id: number
  readonly numbers: Buffer
}

/** The upper ends of energy and power decide, as they do where a cap is checked; every score is better when larger. */
const scores: Readonly<Record<Objective, string>> = {
  throughput: 'tokens_per_s',
  energy: '-energy_high_J',
  'throughput-per-watt': 'tokens_per_s / power_high_W',
  'throughput-per-cost': 'tokens_per_s / cost_usd'
}

/** The rows of points with what they refer to, in a format as it is. */
const rows = {
  packed: `SELECT point.id, run_id, ordinal, source, label, area_mm2, cost_usd, on_front, parent_id, shape_id, numbers,
      chip.hash AS chip_hash, mapping.hash AS mapping_hash
    FROM point CROSS JOIN spec AS chip ON chip.id = chip_id CROSS JOIN spec AS mapping ON mapping.id = mapping_id
      CROSS JOIN evaluation ON point_id = point.id`,
  former: 'SELECT * FROM point'
}

/** SQL that reads the points of a project, of any format. */
export interface PointTable {
  ofRun(runId: number): StoredPoint[]
  front(runId: number): StoredPoint[]
  /** On the run's own chip: ours and the policies'. */
  onOwnChip(runId: number): StoredPoint[]
  /** On the run's own chip. */
  best(runId: number, objective: Objective): StoredPoint | undefined
  bestOfFront(runId: number, objective: Objective): StoredPoint | undefined
  /** By the hashes of chip and mapping, of the first workload of a family. */
  ofDesign(runId: number, design: DesignHashes): StoredPoint | undefined
  /** Which points are on some chips, named by their hashes. */
  onChips(runId: number, chips: readonly string[]): DesignPoint[]
  byId(id: number): StoredPoint | undefined
}

/** @param evaluations where the project keeps evaluations; undefined where each is a part of its point */
export function pointTable(database: Database, specs: SpecTable, evaluations: EvaluationTable | undefined): PointTable {
  const all = evaluations ? rows.packed : rows.former
  const select = (where: string) => database.prepare<[number], FormerRow | PackedRow>(`${all} WHERE ${where}`)
  const selectRun = select('run_id = ? ORDER BY ordinal')
  const selectFront = select('run_id = ? AND on_front = 1 ORDER BY ordinal')
  // Of a family the first workload: what others reach is on another scale.
  const ofFirst = "instr(source, '@') = 0"
  const selectOwn = select(`run_id = ? AND source NOT IN ('architecture', 'what-if') AND ${ofFirst} ORDER BY ordinal`)
  const selectId = select('point.id = ?')
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
  const selectBest = bestWhere(`source NOT IN ('architecture', 'what-if') AND ${ofFirst}`)
  const selectBestOfFront = bestWhere('on_front = 1')
  const selectDesign = database.prepare<[number, string, string], FormerRow | PackedRow>(
    `${all} WHERE run_id = ? AND chip_hash = ? AND mapping_hash = ? AND ${ofFirst} AND source <> 'what-if' LIMIT 1`
  )
  // Formats before kept no findings that name designs.
  const selectOnChips =
    evaluations &&
    database.prepare<[number, string], { id: number; source: string; chip: string; mapping: string }>(
      `SELECT point.id, source, chip.hash AS chip, mapping.hash AS mapping
      FROM point CROSS JOIN spec AS chip ON chip.id = chip_id CROSS JOIN spec AS mapping ON mapping.id = mapping_id
      WHERE run_id = ? AND source <> 'what-if' AND chip.hash IN (SELECT value FROM json_each(?)) ORDER BY ordinal`
    )

  const assemble = (row: FormerRow | PackedRow): StoredPoint => {
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
      evaluation:
        'evaluation' in row
          ? evaluationOf(row.evaluation, mapping)
          : evaluations!.unpack(row.shape_id, row.numbers, mapping),
      area_mm2: row.area_mm2 ?? undefined,
      cost_usd: row.cost_usd ?? undefined,
      ...(typeof row.parent_id === 'number' && { parent: row.parent_id })
    }
  }

  return {
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
    ofDesign(runId, { chip, mapping }) {
      const row = selectDesign.get(runId, chip, mapping)
      return row && assemble(row)
    },
    onChips: (runId, chips) =>
      (selectOnChips?.all(runId, JSON.stringify(chips)) ?? []).map(({ id, source, chip, mapping }) => ({
        point: id,
        workload: workloadOfSource(source),
        chip,
        mapping
      })),
    byId(id) {
      const row = selectId.get(id)
      return row && assemble(row)
    }
  }
}
