import type { RunRecord } from './run-record.ts'

type Run = Pick<RunRecord, 'status' | 'failure' | 'failedPolicies'>

/** Of a run without a design that fits: that it has none yet, that it ended before, or that none fits and why. */
export function nothingFound({ status, failure, failedPolicies }: Run): {
  readonly fact: string
  readonly sentence: string
} {
  if (status === 'running') return { fact: 'none yet', sentence: 'The search has found none yet that fits.' }
  if (status === 'finished')
    return {
      fact: 'none fits',
      sentence: `No kept design fits the chip. ${failure ?? failedPolicies[0]?.reason ?? ''}`.trim()
    }
  const end = status === 'failed' ? 'it failed' : `it was ${status}`
  return { fact: `none found before ${end}`, sentence: `The run found none that fits before ${end}.` }
}
