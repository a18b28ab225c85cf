/** Of the progress while a chip is mapped: the searches beside the policies, which end sooner. */
const SEARCH_SHARE = 0.7

/**
 * Progress of searches and policies that run beside each other: who calls tells how many of either are done.
 * @param report told what is still going on, and the share of both that is done
 */
export function mappingProgress(
  searches: number,
  policies: number,
  report: (phase: string, share: number) => void
): { readonly searched: (done: number) => void; readonly compared: (done: number) => void } {
  const weight = policies > 0 ? SEARCH_SHARE : 1
  const done = { searches: 0, policies: 0 }
  const tell = (): void => {
    const phases = [
      ...(done.searches < searches ? ['searching mappings'] : []),
      ...(done.policies < policies ? ['comparing policies'] : [])
    ]
    const compared = policies > 0 ? done.policies / policies : 0
    report(phases.join(', ') || 'mapped', (weight * done.searches) / searches + (1 - weight) * compared)
  }
  tell()
  return {
    searched(count) {
      done.searches = count
      tell()
    },
    compared(count) {
      done.policies = count
      tell()
    }
  }
}
