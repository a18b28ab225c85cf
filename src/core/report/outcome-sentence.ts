import { pointName } from './exploration-record.ts'
import type { ExplorationOutcome } from '../search/exploration.ts'
import { formatGap, formatRatio, formatThroughput_tokensPerSecond } from '../format/format-quantity.ts'

/** What a search came to, as one tells it in passing; undefined when it found nothing and cannot say why. */
export function outcomeSentence({ best, certificate, policies, front, infeasibility }: ExplorationOutcome) {
  if (!best) return infeasibility?.message
  const { tokensPerSecond } = best.evaluation
  const rival = policies.reduce<(typeof policies)[number] | undefined>(
    (fastest, one) => (!fastest || one.evaluation.tokensPerSecond > fastest.evaluation.tokensPerSecond ? one : fastest),
    undefined
  )
  return [
    `Best ${formatThroughput_tokensPerSecond(tokensPerSecond)}`,
    ...(certificate ? [`at most ${formatGap(certificate.objective?.gap ?? certificate.gap)} from the bound`] : []),
    ...(rival
      ? [`${formatRatio(tokensPerSecond / rival.evaluation.tokensPerSecond)} the best policy, ${pointName(rival)}`]
      : []),
    ...(front.length > 0 ? [`${front.length} wafers on the front`] : [])
  ].join('; ')
}
