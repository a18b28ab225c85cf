import { canonicalJson } from '../core/canonical.ts'
import { Problem } from '../core/problem.ts'
import type { SearchSpec } from './search-spec.ts'

const refuse = (message: string, path: string): never => {
  throw new Problem('bad-input', message, path)
}

/**
 * Refuses settings of a search that are right one by one and not together.
 * @param chip what it names; undefined while it is not known
 * @throws Problem `bad-input`
 */
export function checkSearchSpec(
  { model, globalBatch, sequenceLength, others = [], defects, robust, wafers }: SearchSpec,
  chip: { readonly kind: 'wafer' | 'cluster' } | undefined
): void {
  if (defects && others.length > 0)
    refuse("a wafer with defects is mapped for one workload at a time; leave out 'others', or 'defects'", 'others')
  const workloads = [{ model, globalBatch, sequenceLength }, ...others]
  const numbers = new Map<string, number>()
  for (const [at, workload] of workloads.entries()) {
    const trained = canonicalJson([workload.model, workload.globalBatch, workload.sequenceLength])
    const same = numbers.get(trained)
    if (same !== undefined)
      refuse(
        `workload ${at + 1} is the same as workload ${same}; leave one out, and give the other more 'weight' where it counts more`,
        `others[${at - 1}]`
      )
    numbers.set(trained, at + 1)
  }
  if (!robust) return
  const without =
    chip?.kind === 'cluster' ? 'a cluster has none' : wafers === null && 'this search keeps the chip as it is'
  if (without)
    refuse(
      `'robust' compares explored wafers, and ${without}; explore wafers, or rank them as they are meant`,
      'robust'
    )
  if (robust.defectSamples === 0 && !robust.constants)
    refuse(
      "'robust' has no scenarios to look at; set 'robust.defectSamples' to 1 or more, or look at 'robust.constants'",
      'robust'
    )
}
