import type { Database } from 'better-sqlite3'
import { renameSync, rmSync } from 'node:fs'
import type { NamedVersion } from '../../contract/documents-contract.ts'
import type { TrashContents } from '../../contract/projects-contract.ts'
import { Problem } from '../../core/problem.ts'
import type { JobTrack } from '../../core/report/job-track.ts'
import type { LastShown } from '../../core/report/last-shown.ts'
import type { DesignPoint, RunRecord, StoredPoint, Versions } from '../../core/report/run-record.ts'
import type { ExplorationInputs, KeptPoint } from '../../core/search/exploration.ts'
import { brokenBudget } from '../../core/search/limits.ts'
import type { PointColumns } from '../../contract/runs-contract.ts'
import { documentTable } from './document-table.ts'
import { emptyProject } from './empty-project.ts'
import { deleteTrash, trashContents } from './empty-trash.ts'
import { evaluationTable, type EvaluationTable } from './evaluation-table.ts'
import { lastShownTable, type LastShownTable } from './last-shown-table.ts'
import { formatWith } from './migrations.ts'
import { pointColumns } from './point-columns.ts'
import { pointTable, type PointTable } from './point-table.ts'
import { pointWriter, type PointWriter } from './point-writer.ts'
import { ProjectDocuments } from './project-documents.ts'
import { guarded } from './project-problem.ts'
import { ProjectStudies } from './project-studies.ts'
import { inputsHash, runTable, type RunTable } from './run-table.ts'
import { RunWriter } from './run-writer.ts'
import { settingTable, type SettingTable } from './setting-table.ts'
import { specTable, type SpecTable } from './spec-table.ts'
import { studyTable } from './study-table.ts'
import { versionTable, type VersionTable } from './version-table.ts'
import { hasLiveWriter, type WriterLock } from './writer-lock.ts'

/** Whether there is something left to do: a run that its budget ended counts as finished, and can go on all the same. */
export const isUnfinished = ({ status, statistics }: RunRecord): boolean =>
  status !== 'finished' || statistics.endedByBudget === 1

/** What only the one writer of a project has. */
interface Writing {
  readonly lock: WriterLock
  readonly points: PointWriter
  readonly specs: SpecTable
  readonly evaluations: EvaluationTable
}

/**
 * An open project. One process writes it, any number read it meanwhile. Every call that fails on the file throws a Problem that says what
 * to do about it.
 */
export class ProjectStore {
  readonly path: string
  readonly documents: ProjectDocuments
  readonly settings: SettingTable
  readonly studies: ProjectStudies
  readonly #database: Database
  readonly #writing: Writing | undefined
  readonly #runs: RunTable
  readonly #points: PointTable
  readonly #versions: VersionTable
  readonly #lastShown: LastShownTable

  /** Use `openProject`. @param lock the writer's; without it the store only reads */
  constructor(path: string, database: Database, lock: WriterLock | undefined) {
    this.path = path
    this.#database = database
    // A project of an older format may only be read.
    const format = Number(database.pragma('user_version', { simple: true }))
    const specs = specTable(database, path)
    const evaluations = format < formatWith.packedEvaluations ? undefined : evaluationTable(database)
    this.#points = pointTable(database, specs, evaluations)
    this.#writing = lock &&
      evaluations && { lock, points: pointWriter(database, specs, evaluations), specs, evaluations }
    this.#runs = runTable(database, specs, () => lock !== undefined || hasLiveWriter(path))
    // One that has no documents yet has those of an empty project: none.
    const documented = format < formatWith.documents ? emptyProject() : database
    this.documents = new ProjectDocuments(path, documentTable(documented), (change) => this.#transact(change))
    this.settings = settingTable(documented, (change) => this.#transact(change))
    this.#versions = versionTable(documented)
    this.studies = new ProjectStudies(path, {
      table: studyTable(format < formatWith.studies ? emptyProject() : database),
      runs: this.#runs,
      points: () => this.#writer().points,
      transact: (change) => this.#transact(change)
    })
    this.#lastShown = lastShownTable(format < formatWith.lastShown ? emptyProject() : database)
    if (lock) this.#transact(() => this.#runs.interruptAll())
  }

  startRun(inputs: ExplorationInputs, { command, versions }: { command: string; versions: Versions }): RunWriter {
    let id = 0
    this.#transact(() => {
      id = this.#runs.insert(inputs, command, versions)
    })
    return this.#runWriter(id)
  }

  /**
   * Goes on with a run that did not finish, or that a budget ended; its points stay, `lastCheckpoint` says where it was.
   * @throws Problem `unknown-name` when there is no such run, `usage` when it finished
   */
  resumeRun(id: number): RunWriter {
    const run = this.run(id)
    if (!isUnfinished(run))
      throw new Problem('usage', `run ${id} of '${this.path}' is finished: there is nothing to resume. Start a new run`)
    if (run.status === 'running') throw new Problem('usage', `run ${id} of '${this.path}' is still running`)
    this.#transact(() => this.#runs.restart(id))
    return this.#runWriter(id)
  }

  /** The newest unfinished run of exactly these inputs, if there is one. */
  resumable(inputs: ExplorationInputs): RunRecord | undefined {
    const wanted = inputsHash(inputs)
    return this.runs().findLast((run) => run.hashes.all === wanted && isUnfinished(run))
  }

  runs(): RunRecord[] {
    return guarded(this.path, () => this.#runs.all())
  }

  /** Runs that a person put into the trash. */
  trashedRuns(): RunRecord[] {
    return guarded(this.path, () => this.#runs.inTrash())
  }

  /**
   * Puts a run into the trash: it is not found any more until it is taken out.
   * @param shown what blocks of reports show of it, by the hash of what they name; they keep it
   * @throws Problem `unknown-name`, `usage` for one that is running
   */
  trashRun(id: number, shown: ReadonlyMap<string, LastShown> = new Map()): void {
    if (this.run(id).status === 'running')
      throw new Problem('usage', `run ${id} of '${this.path}' is running: stop it before you put it into the trash`)
    this.#transact(() => {
      for (const [hash, one] of shown) this.#lastShown.put(hash, one)
      this.#runs.setTrashed(id, new Date().toISOString())
    })
  }

  restoreRun(id: number): void {
    this.#transact(() => this.#runs.setTrashed(id, null))
  }

  setNote(id: number, note: string): void {
    this.run(id)
    this.#transact(() => this.#runs.setNote(id, note))
  }

  /** What a block of a report last showed of runs that are gone. */
  lastShown(hash: string): LastShown | undefined {
    return guarded(this.path, () => this.#lastShown.get(hash))
  }

  trashContents(): TrashContents {
    return guarded(this.path, () => trashContents(this.#database))
  }

  /** Deletes what is in the trash, and gives its space back. @returns bytes by which the project became smaller */
  emptyTrash(): number {
    const { specs, evaluations } = this.#writer()
    const size_B = (): number =>
      Number(this.#database.pragma('page_count', { simple: true })) *
      Number(this.#database.pragma('page_size', { simple: true }))
    const before_B = size_B()
    this.#transact(() => deleteTrash(this.#database))
    specs.forget()
    evaluations.forget()
    guarded(this.path, () => this.#database.exec('VACUUM'))
    guarded(this.path, () => this.#database.pragma('wal_checkpoint(TRUNCATE)'))
    return before_B - size_B()
  }

  /** @throws Problem `unknown-name` naming the runs there are */
  run(id: number): RunRecord {
    this.#refuseTrashed(id)
    const run = guarded(this.path, () => this.#runs.byId(id))
    if (run) return run
    const known = this.runs().map((other) => other.id)
    const there = known.length > 0 ? `runs there are: ${known.join(', ')}` : 'it has no runs yet'
    throw new Problem('unknown-name', `'${this.path}' has no run ${id}; ${there}`)
  }

  /** What a run keeps to go on from; undefined when it keeps nothing. */
  checkpoint(runId: number): unknown {
    return guarded(this.path, () => this.#runs.lastCheckpoint(runId))
  }

  /** How a run went as a job; undefined for one that kept no track. */
  track(runId: number): JobTrack | undefined {
    return guarded(this.path, () => this.#runs.track(runId))
  }

  /** Points of a run, counted without reading them. */
  pointCount(runId: number): number {
    return guarded(this.path, () => this.#runs.pointCount(runId))
  }

  points(runId: number): StoredPoint[] {
    return guarded(this.path, () => this.#points.ofRun(runId))
  }

  /** @throws Problem `unknown-name` */
  point(id: number): StoredPoint {
    const point = guarded(this.path, () => this.#points.byId(id))
    if (!point)
      throw new Problem('unknown-name', `'${this.path}' has no point ${id}; 'report' lists the points of a project`)
    this.#refuseTrashed(point.runId)
    return point
  }

  /** Keeps a point that a person made from another of the project, in the same run. */
  keepDerived(parentId: number, point: KeptPoint): StoredPoint {
    const parent = this.point(parentId)
    let id = 0
    this.#transact(() => {
      id = this.#writer().points.derive(parent, point)
    })
    return this.point(id)
  }

  /**
   * The feasible point on the run's own chip that is best by the run's objective, the upper ends of power and energy counted; where the
   * chip breaks a stated budget, or does not take all workloads of a family, that of the best wafer; where everybody chose one, ours.
   */
  bestPoint(runId: number): StoredPoint | undefined {
    const { inputs, findings } = this.run(runId)
    const { objective, chip } = inputs
    return guarded(this.path, () => {
      if (findings?.chosen) return this.#points.ofDesign(runId, findings.chosen)
      const wafer = findings?.bestWafer
      if (wafer && findings.family && !findings.family.given) return this.#points.ofDesign(runId, wafer)
      const own = this.#points.best(runId, objective)
      if (own || !brokenBudget(chip)) return own
      return (wafer && this.#points.ofDesign(runId, wafer)) ?? this.#points.bestOfFront(runId, objective)
    })
  }

  front(runId: number): StoredPoint[] {
    return guarded(this.path, () => this.#points.front(runId))
  }

  /** Ours and the policies' on the run's own chip. */
  pointsOnOwnChip(runId: number): StoredPoint[] {
    return guarded(this.path, () => this.#points.onOwnChip(runId))
  }

  /** The points of the designs that the findings of a run rank. */
  rankedPoints(runId: number): DesignPoint[] {
    const { family, robust } = this.run(runId).findings ?? {}
    const chips = new Set([...(family?.wafers ?? []), ...(robust?.wafers ?? [])].map(({ chip }) => chip))
    // Most runs rank none, and have many points that would be looked at for it.
    return chips.size === 0 ? [] : guarded(this.path, () => this.#points.onChips(runId, [...chips]))
  }

  /** What charts and lists show of a run's points kept after an ordinal, at most so many, one array per quantity. */
  pointColumns(runId: number, afterOrdinal: number, most: number): PointColumns {
    return guarded(this.path, () => pointColumns(this.#database, runId, afterOrdinal, most))
  }

  versions(): NamedVersion[] {
    return guarded(this.path, () => this.#versions.all())
  }

  /** Gives the present state of all documents a name. */
  nameVersion(name: string): NamedVersion {
    let id = 0
    this.#transact(() => (id = this.#versions.insert(name)))
    return this.versions().find((version) => version.id === id)!
  }

  /**
   * Makes the documents of a version what they were, each by an edit that can be undone, out of the trash where they are in it.
   * @throws Problem `unknown-name`
   */
  restoreVersion(id: number): void {
    const version = this.versions().find((one) => one.id === id)
    if (!version) throw new Problem('unknown-name', `'${this.path}' has no version ${id}`)
    this.#transact(() => {
      for (const { document, name, content } of this.#versions.documents(id))
        this.documents.become(document, name, content, `Restore version '${version.name}'`)
    })
  }

  /**
   * Writes a compact copy of the project as it is now.
   * @param target a file that does not exist
   * @throws Problem of that file, `disk-full` among them; nothing is left there then
   */
  copyTo(target: string): void {
    const draft = `${target}.part`
    guarded(target, () => {
      try {
        this.#database.prepare('VACUUM INTO ?').run(draft)
        renameSync(draft, target)
      } catch (error) {
        rmSync(draft, { force: true })
        throw error
      }
    })
  }

  /**
   * Leaves one file that any SQLite opens, also from a read-only medium. A run still going becomes interrupted.
   * @throws Problem `disk-full` when the journal cannot be folded in; it then stays beside the project and nothing is lost
   */
  close(): void {
    if (!this.#database.open) return
    try {
      if (this.#writing) {
        this.#transact(() => this.#runs.interruptAll())
        guarded(this.path, () => this.#database.pragma('wal_checkpoint(TRUNCATE)'))
        this.#leaveWalMode()
      }
    } finally {
      this.#database.close()
      this.#writing?.lock.release()
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Refused while others read the project; the file is then whole all the same, and the last to close it tidies up. */
  #leaveWalMode(): void {
    try {
      this.#database.pragma('busy_timeout = 0')
      this.#database.pragma('journal_mode = DELETE')
    } catch {
      return
    }
  }

  /** @throws Problem `unknown-name` */
  #refuseTrashed(run: number): void {
    if (guarded(this.path, () => this.#runs.isTrashed(run)))
      throw new Problem('unknown-name', `run ${run} of '${this.path}' is in the trash; take it out of it first`)
  }

  #runWriter(id: number): RunWriter {
    return new RunWriter(id, this.#runs, this.#writer().points, (change) => this.#transact(change))
  }

  /** @throws Problem `read-only` */
  #writer(): Writing {
    if (this.#writing) return this.#writing
    throw new Problem('read-only', `'${this.path}' is open for reading only; open it for writing`)
  }

  #transact(change: () => void): void {
    const { specs, evaluations } = this.#writer()
    try {
      guarded(this.path, () => this.#database.transaction(change).immediate())
    } catch (error) {
      specs.forget()
      evaluations.forget()
      throw error
    }
  }
}
