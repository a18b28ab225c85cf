import type { Versions } from '../../core/report/run-record.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import { contentHash } from '../../core/content-hash.ts'
import { CHOSEN, OURS, type CaseResult } from '../../core/study/case-result.ts'
import { studyHash, type Study, type StudyCase } from '../../core/study/study-case.ts'
import { sharedRecords, type CaseRecord } from '../../core/study/study-results.ts'
import type { PointWriter } from './point-writer.ts'
import { guarded } from './project-problem.ts'
import type { RunTable } from './run-table.ts'
import type { Transact } from './run-writer.ts'
import type { StudyTable } from './study-table.ts'

/** What the studies of a project are made of. */
interface Parts {
  readonly table: StudyTable
  readonly runs: RunTable
  /** @throws Problem `read-only` */
  readonly points: () => PointWriter
  readonly transact: Transact
}

/** The studies of an open project. A case is kept as a run with its points, and a row that tells the rest by contender. */
export class ProjectStudies {
  readonly #path: string
  readonly #parts: Parts

  constructor(path: string, parts: Parts) {
    this.#path = path
    this.#parts = parts
  }

  /** Hashes of the studies that the project has cases of, oldest first. */
  hashes(): string[] {
    return guarded(this.#path, () => this.#parts.table.hashes())
  }

  /** Cases of a study that are done, with their runs and points. */
  cases(hash: string): CaseRecord[] {
    return guarded(this.#path, () => this.#parts.table.cases(hash))
  }

  /** The names of the cases that runs are. */
  keysByRun(): ReadonlyMap<number, string> {
    return guarded(this.#path, () => this.#parts.table.keysByRun())
  }

  /** Of these cases those that other studies of the project ran under all that they depend on, with their runs and points. */
  shared(study: Study, cases: readonly StudyCase[]): CaseRecord[] {
    return guarded(this.#path, () => {
      const { table } = this.#parts
      const hash = studyHash(study)
      const records = table
        .hashes()
        .filter((other) => other !== hash)
        .flatMap((other) => sharedRecords(study, cases, table.byHash(other)!, table.cases(other)))
      return [...new Map(records.map((record) => [record.key, record])).values()]
    })
  }

  /**
   * Counts cases of other studies as cases of this one; they stay theirs, too.
   * @throws Problem `disk-full`, `read-only`
   */
  share(study: Study, records: readonly CaseRecord[]): void {
    const hash = studyHash(study)
    const { table, transact } = this.#parts
    transact(() => {
      table.put(study)
      for (const record of records) {
        this.#drop(hash, record.key)
        table.setCase(hash, record)
      }
    })
  }

  /** Deletes the run of a case, unless another study counts it as its own. */
  #drop(hash: string, key: string): void {
    const { table, runs } = this.#parts
    const run = table.runOf(hash, key)
    if (run !== undefined && table.usesOf(run) === 1) runs.remove(run)
  }

  /**
   * Keeps a finished case, whole or not at all. What there was of the case goes.
   * @throws Problem `disk-full`, `read-only`
   */
  keep(
    study: Study,
    { key, certificate, contenders, points }: CaseResult,
    inputs: ExplorationInputs,
    { command, versions }: { readonly command: string; readonly versions: Versions }
  ): void {
    const hash = studyHash(study)
    const { table, runs, transact } = this.#parts
    transact(() => {
      const writer = this.#parts.points()
      table.put(study)
      this.#drop(hash, key)
      const run = runs.insert(inputs, command, versions)
      const kept = contenders.map((one) => {
        const point = points[one.contender]
        return { ...one, point: point && writer.insertOne(run, point) }
      })
      for (const { contender, failure } of contenders)
        if (failure !== undefined && inputs.policies.includes(contender))
          runs.fail(run, { policy: contender, reason: failure, evaluation: undefined })
      table.setCase(hash, { key, run, certificate, contenders: kept })
      const ours = points[OURS]
      runs.end(run, {
        status: 'finished',
        ...(certificate && { certificate }),
        // On the given chip the best of the run is told by what was searched there.
        ...(ours?.source === CHOSEN && {
          findings: { chosen: { chip: contentHash(ours.chip), mapping: contentHash(ours.mapping) } }
        }),
        statistics: {}
      })
    })
  }
}
