import type { Certificate } from '../search/exploration.ts'
import { ablationContender, OURS, type ContenderMetrics, type ContenderResult } from './case-result.ts'
import { caseHash, caseKey, formsOf, type Study, type StudyCase } from './study-case.ts'
import type { Where } from './study-spec.ts'

/** A contender's result as a project keeps it, with the point that it can be traced to. */
export interface ContenderRecord extends ContenderResult {
  readonly point: number | undefined
}

/** A finished case as a project keeps it. */
export interface CaseRecord {
  readonly key: string
  readonly run: number
  readonly certificate: Certificate | undefined
  readonly contenders: readonly ContenderRecord[]
}

/** A finished case with its setting. */
export interface FinishedCase {
  readonly setting: StudyCase
  readonly run: number
  readonly certificate: Certificate | undefined
  readonly contenders: ReadonlyMap<string, ContenderRecord>
}

/** What a study has come to so far: the cases it asks for, and those that are done, in the study's order. */
export interface StudyResults {
  readonly study: Study
  readonly cases: readonly StudyCase[]
  readonly finished: readonly FinishedCase[]
}

/** A case that was run, as a shard or as a project keeps it. */
type RunCase = Pick<CaseRecord, 'key'> & { readonly contenders: readonly Pick<ContenderResult, 'contender'>[] }

/** Whether everybody whom a case asks for was run: a smaller form of a study may ask for fewer in the same case. */
export function isWhole({ policies, ablations }: StudyCase, { contenders }: RunCase): boolean {
  const run = new Set(contenders.map(({ contender }) => contender))
  return [...policies, ...ablations.map(ablationContender)].every((name) => run.has(name))
}

/** Keys of the cases in which everybody who is asked for was run. */
export function doneKeys(cases: readonly StudyCase[], records: readonly RunCase[]): ReadonlySet<string> {
  const settings = new Map(cases.map((one) => [caseKey(one), one]))
  const done = records.filter((record) => {
    const setting = settings.get(record.key)
    return setting !== undefined && isWhole(setting, record)
  })
  return new Set(done.map(({ key }) => key))
}

/**
 * What another study's results say of the cases of this one: those that depend on the same and were run whole, by their keys here.
 * @param records finished cases of the other study
 */
export function sharedRecords(
  study: Study,
  cases: readonly StudyCase[],
  other: Study,
  records: readonly CaseRecord[]
): readonly CaseRecord[] {
  const byKey = new Map(records.map((record) => [record.key, record]))
  const known = new Map<string, CaseRecord>()
  for (const one of formsOf(other.spec).flat()) {
    const record = byKey.get(caseKey(one))
    if (record && isWhole(one, record)) known.set(caseHash(other, one), record)
  }
  return cases.flatMap((one) => {
    const record = known.get(caseHash(study, one))
    return record ? [{ ...record, key: caseKey(one) }] : []
  })
}

/** Joins the cases that are asked for with those that are done; results of other cases, and of cases that are not whole, are left aside. */
export function studyResults(study: Study, cases: readonly StudyCase[], records: readonly CaseRecord[]): StudyResults {
  const byKey = new Map(records.map((record) => [record.key, record]))
  const finished = cases.flatMap((setting) => {
    const record = byKey.get(caseKey(setting))
    if (!record || !isWhole(setting, record)) return []
    const { run, certificate, contenders } = record
    return [{ setting, run, certificate, contenders: new Map(contenders.map((one) => [one.contender, one])) }]
  })
  return { study, cases, finished }
}

const within = <Item>(allowed: readonly Item[] | undefined, value: Item): boolean =>
  allowed === undefined || allowed.includes(value)

export const matches = (where: Where, { ledger, model, chip, training, overlap }: StudyCase): boolean =>
  ledger === where.ledger &&
  overlap === where.overlap &&
  within(where.models, model) &&
  within(where.chips, chip) &&
  within(where.globalBatches, training.globalBatch) &&
  within(where.sequenceLengths, training.sequenceLength) &&
  (where.attention === undefined || where.attention === training.attention)

export const oursIn = ({ contenders }: FinishedCase): ContenderMetrics | undefined => contenders.get(OURS)?.metrics

/** The fastest of these contenders in a case, of those that fit. */
export function fastestOf({ contenders }: FinishedCase, names: readonly string[]): ContenderRecord | undefined {
  return names
    .map((name) => contenders.get(name))
    .filter((one) => one?.metrics !== undefined)
    .reduce<ContenderRecord | undefined>(
      (best, one) => (!best || one!.metrics!.iterationTime_s < best.metrics!.iterationTime_s ? one : best),
      undefined
    )
}

/** Cases of one model on one chip are alike: what is drawn together when an interval is estimated. */
export const pairOf = ({ setting: { model, chip } }: FinishedCase): string => `${model} on ${chip}`
