import type { Verdict } from '../chip/verdict.ts'
import { policyTitle } from '../policies/policy-titles.ts'
import { policyOfSource, workloadOfSource } from '../search/point-source.ts'
import { limitWords } from './field-words.ts'
import type { RunRecord, StoredPoint } from './run-record.ts'

/** Everything a report is made of. */
export interface ExplorationRecord {
  readonly run: RunRecord
  readonly points: readonly StoredPoint[]
  /** The point the run's objective names best; undefined when nothing is feasible. */
  readonly best: StoredPoint | undefined
  /** Verdicts on the best point's chip. */
  readonly verdicts: readonly Verdict[]
  /** The project's file name. */
  readonly project: string
}

export const isPolicy = (point: { readonly source: string }): boolean => point.source.startsWith('policy:')

/** Name to show of a point: of a policy its title, of ours what distinguishes it. */
export function pointName({ source, label }: { readonly source: string; readonly label: string }): string {
  const policy = policyOfSource(source)
  return policy === undefined ? label || source : policyTitle(policy)
}

/** Name to show of a policy that does not fit, with the workload where it is not the first one of a family. */
export function misfitName(policy: string): string {
  const workload = workloadOfSource(policy)
  const title = policyTitle(policyOfSource(`policy:${policy}`)!)
  return workload === undefined ? title : `${title}, ${workload}`
}

/**
 * The fastest feasible point of each source on one chip, ours first, the policies by falling throughput: what a comparison of mappings on
 * the same chip shows, of a family for its first workload. `architecture` points are on other chips and have no part in it.
 */
export function bestPerSource(record: ExplorationRecord): StoredPoint[] {
  const fastest = new Map<string, StoredPoint>()
  for (const point of record.points) {
    if (point.source === 'architecture' || workloadOfSource(point.source) !== undefined) continue
    if (!point.evaluation.feasible) continue
    const known = fastest.get(point.source)
    if (!known || point.evaluation.tokensPerSecond > known.evaluation.tokensPerSecond) fastest.set(point.source, point)
  }
  return [...fastest.values()].sort(
    (a, b) =>
      Number(isPolicy(a)) - Number(isPolicy(b)) ||
      b.evaluation.tokensPerSecond - a.evaluation.tokensPerSecond ||
      a.id - b.id
  )
}

/** What became of the wafers of a run's space, where the front does not tell: none can be built, or the run ended too soon to check them. */
export function wafersRemark({ run, points }: ExplorationRecord): string | undefined {
  const { wafers, wafersBuildable } = run.statistics
  if (wafers === undefined || wafersBuildable !== 0) return undefined
  if (points.some(({ source }) => source === 'architecture'))
    return `The run ended before the ${wafers} wafers of the space were checked: those on the front are a first sample`
  const [limit, count] =
    Object.entries(run.statistics)
      .filter(([name]) => name.startsWith('wafersOver '))
      .sort(([, a], [, b]) => b - a)[0] ?? []
  return limit === undefined
    ? `The run ended before the ${wafers} wafers of the space were checked`
    : `No wafer of the space can be built: ${count} of ${wafers} first break ‘${limitWords(limit.slice('wafersOver '.length))}’; widen the genes or the limit`
}
