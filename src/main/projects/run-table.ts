import type { Database } from 'better-sqlite3'
import { hostname } from 'node:os'
import { canonicalJson } from '../../core/canonical.ts'
import { contentHash } from '../../core/content-hash.ts'
import type { JobTrack } from '../../core/report/job-track.ts'
import type { InputHashes, RunRecord, RunStatus, Versions } from '../../core/report/run-record.ts'
import type {
  Certificate,
  ExplorationInputs,
  FailedPolicy,
  Findings,
  Objective
} from '../../core/search/exploration.ts'
import { evaluationOf } from './evaluation-table.ts'
import type { SpecTable } from './spec-table.ts'

/** What a run's row says; who ended one that is interrupted stands in its track. */
type StoredStatus = Exclude<RunStatus, 'paused' | 'stopped'>

interface RunRow {
  readonly id: number
  readonly created_at: string
  readonly finished_at: string | null
  readonly status: StoredStatus
  /** How a person ended a run that is interrupted. */
  readonly ended: JobTrack['ended']
  readonly command: string
  readonly seed: number
  readonly objective: Objective
  readonly policies: string
  readonly inputs_hash: string
  readonly model_hash: string
  readonly chip_hash: string
  readonly training_hash: string
  readonly space_hash: string
  readonly versions: string
  readonly certificate: string | null
  readonly statistics: string
  readonly failure: string | null
  /** Not in projects of older formats. */
  readonly trashed_at?: string | null
  readonly note?: string
  readonly findings?: string | null
  readonly points: number
}

interface FailureRow {
  readonly policy: string
  readonly reason: string
  readonly evaluation: string | null
  readonly mapping_hash: string | null
}

/** How a run ended: what the search proves about its best design, what else it tells, and what it counted. */
export interface RunEnding {
  readonly status: StoredStatus
  readonly certificate?: Certificate
  readonly findings?: Findings
  readonly statistics?: Readonly<Record<string, number>>
  readonly failure?: string
}

/** SQL on the runs of a project. Writing calls belong within a transaction. */
export interface RunTable {
  /** Freezes the inputs by hash and starts a run; returns its id. */
  insert(inputs: ExplorationInputs, command: string, versions: Versions): number
  /** Makes a run that ended ours again; which policies failed is told anew at its end. */
  restart(id: number): void
  checkpoint(id: number, state: unknown): void
  lastCheckpoint(id: number): unknown
  /** How the run went, out of its checkpoint. */
  track(id: number): JobTrack | undefined
  pointCount(id: number): number
  fail(id: number, failed: FailedPolicy): void
  end(id: number, ending: RunEnding): void
  /** Deletes a run with all that belongs to it. */
  remove(id: number): void
  /** Ends every run that no process is working on; called by the one writer before it starts its own. */
  interruptAll(): void
  /** Without those in the trash. */
  all(): RunRecord[]
  inTrash(): RunRecord[]
  isTrashed(id: number): boolean
  setTrashed(id: number, at: string | null): void
  setNote(id: number, note: string): void
  byId(id: number): RunRecord | undefined
}

/** Equal for two explorations exactly when they must give the same result. */
export const inputsHash = (inputs: ExplorationInputs): string => contentHash(inputs)

const optional = <Value>(json: string | null): Value | undefined =>
  json === null ? undefined : (JSON.parse(json) as Value)

/** @param writerLives whether a run that says 'running' is being worked on; one that a dead process left is interrupted */
export function runTable(database: Database, specs: SpecTable, writerLives: () => boolean): RunTable {
  const insertRow = database.prepare(
    `INSERT INTO run (created_at, status, command, seed, objective, policies, inputs_hash, model_hash, chip_hash,
       training_hash, space_hash, versions, process_id, host)
     VALUES (@created_at, 'running', @command, @seed, @objective, @policies, @inputs_hash, @model_hash, @chip_hash,
       @training_hash, @space_hash, @versions, @process_id, @host)`
  )
  const restartRow = database.prepare(
    `UPDATE run SET status = 'running', finished_at = NULL, failure = NULL, process_id = ?, host = ? WHERE id = ?`
  )
  const setCheckpoint = database.prepare('UPDATE run SET checkpoint = ? WHERE id = ?')
  const getCheckpoint = database.prepare<[number], string | null>('SELECT checkpoint FROM run WHERE id = ?').pluck()
  const getTrack = database
    .prepare<[number], string | null>(`SELECT json_extract(checkpoint, '$.track') FROM run WHERE id = ?`)
    .pluck()
  const countPoints = database.prepare<[number], number>('SELECT count(*) FROM point WHERE run_id = ?').pluck()
  const insertFailure = database.prepare(
    `INSERT INTO policy_failure (run_id, policy, reason, evaluation, mapping_hash) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET reason = excluded.reason, evaluation = excluded.evaluation, mapping_hash = excluded.mapping_hash`
  )
  const deleteFailures = database.prepare('DELETE FROM policy_failure WHERE run_id = ?')
  const endRow = database.prepare(
    `UPDATE run SET status = ?, finished_at = ?, certificate = coalesce(?, certificate),
       statistics = coalesce(?, statistics), failure = ? WHERE id = ?`
  )
  const deleteRow = database.prepare('DELETE FROM run WHERE id = ?')
  const interruptRows = database.prepare(`UPDATE run SET status = 'interrupted' WHERE status = 'running'`)
  // The first format knows no trash, the next ones no notes, then no findings.
  const columns = new Set(database.prepare<[], string>(`SELECT name FROM pragma_table_info('run')`).pluck().all())
  // A checkpoint may be half a megabyte, and nobody who asks for runs wants it.
  const told = [...columns].filter((name) => name !== 'checkpoint').join(', ')
  const select = `SELECT ${told}, (SELECT count(*) FROM point WHERE run_id = run.id) AS points,
    CASE WHEN status = 'interrupted' THEN json_extract(checkpoint, '$.track.ended') END AS ended FROM run`
  const selectAll = database.prepare<[], RunRow>(`${select} ORDER BY id`)
  const selectTrashed = columns.has('trashed_at')
    ? database.prepare<[number], string | null>('SELECT trashed_at FROM run WHERE id = ?').pluck()
    : undefined
  const updateTrashed = columns.has('trashed_at')
    ? database.prepare('UPDATE run SET trashed_at = ? WHERE id = ?')
    : undefined
  const updateNote = columns.has('note') ? database.prepare('UPDATE run SET note = ? WHERE id = ?') : undefined
  const updateFindings = columns.has('findings')
    ? database.prepare('UPDATE run SET findings = ? WHERE id = ?')
    : undefined
  const isKept = ({ trashed_at }: RunRow): boolean => (trashed_at ?? null) === null
  const selectId = database.prepare<[number], RunRow>(`${select} WHERE id = ?`)
  const selectFailures = database.prepare<[number], FailureRow>(
    'SELECT policy, reason, evaluation, mapping_hash FROM policy_failure WHERE run_id = ? ORDER BY rowid'
  )

  const failures = (runId: number): FailedPolicy[] =>
    selectFailures.all(runId).map((row) => ({
      policy: row.policy,
      reason: row.reason,
      evaluation:
        row.evaluation === null || row.mapping_hash === null
          ? undefined
          : evaluationOf(row.evaluation, specs.get('mapping', row.mapping_hash))
    }))

  const inputs = (row: RunRow): ExplorationInputs => ({
    model: specs.get('model', row.model_hash),
    chip: specs.get('chip', row.chip_hash),
    training: specs.get('training', row.training_hash),
    space: specs.get('space', row.space_hash) ?? undefined,
    policies: JSON.parse(row.policies) as string[],
    objective: row.objective,
    seed: row.seed
  })

  const hashes = (row: RunRow): InputHashes => ({
    model: row.model_hash,
    chip: row.chip_hash,
    training: row.training_hash,
    space: row.space_hash,
    all: row.inputs_hash
  })

  const statusOf = ({ status, ended }: RunRow): RunStatus => {
    if (status === 'interrupted') return ended ?? status
    return status === 'running' && !writerLives() ? 'interrupted' : status
  }

  const assemble = (row: RunRow): RunRecord => ({
    id: row.id,
    status: statusOf(row),
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
    command: row.command,
    inputs: inputs(row),
    hashes: hashes(row),
    versions: JSON.parse(row.versions) as Versions,
    certificate: optional<Certificate>(row.certificate),
    findings: optional<Findings>(row.findings ?? null),
    statistics: JSON.parse(row.statistics) as Record<string, number>,
    failure: row.failure ?? undefined,
    pointCount: row.points,
    failedPolicies: failures(row.id),
    note: row.note ?? ''
  })

  return {
    insert(given, command, versions) {
      const result = insertRow.run({
        created_at: new Date().toISOString(),
        command,
        seed: given.seed,
        objective: given.objective,
        policies: canonicalJson(given.policies),
        inputs_hash: inputsHash(given),
        model_hash: specs.put('model', given.model).hash,
        chip_hash: specs.put('chip', given.chip).hash,
        training_hash: specs.put('training', given.training).hash,
        space_hash: specs.put('space', given.space).hash,
        versions: canonicalJson(versions),
        process_id: process.pid,
        host: hostname()
      })
      return Number(result.lastInsertRowid)
    },
    restart(id) {
      deleteFailures.run(id)
      restartRow.run(process.pid, hostname(), id)
    },
    checkpoint: (id, state) => void setCheckpoint.run(JSON.stringify(state), id),
    lastCheckpoint: (id) => optional<unknown>(getCheckpoint.get(id) ?? null),
    track: (id) => optional<JobTrack>(getTrack.get(id) ?? null),
    pointCount: (id) => countPoints.get(id) ?? 0,
    fail(id, { policy, reason, evaluation }) {
      // The mapping is kept once, under its hash.
      const json = evaluation ? JSON.stringify({ ...evaluation, mapping: undefined }) : null
      insertFailure.run(id, policy, reason, json, evaluation ? specs.put('mapping', evaluation.mapping).hash : null)
    },
    end(id, { status, certificate, findings, statistics, failure }) {
      const time = new Date().toISOString()
      const json = (value: unknown): string | null => (value === undefined ? null : canonicalJson(value))
      endRow.run(status, time, json(certificate), json(statistics), failure ?? null, id)
      if (findings) updateFindings?.run(json(findings), id)
    },
    remove: (id) => void deleteRow.run(id),
    interruptAll: () => void interruptRows.run(),
    all: () => selectAll.all().filter(isKept).map(assemble),
    inTrash: () =>
      selectAll
        .all()
        .filter((row) => !isKept(row))
        .map(assemble),
    isTrashed: (id) => (selectTrashed?.get(id) ?? null) !== null,
    setTrashed: (id, at) => void updateTrashed?.run(at, id),
    setNote: (id, note) => void updateNote?.run(note, id),
    byId(id) {
      const row = selectId.get(id)
      return row && assemble(row)
    }
  }
}
