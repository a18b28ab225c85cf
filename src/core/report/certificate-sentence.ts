import type { Certificate, Freedom } from '../search/exploration.ts'
import { formatGap, formatShare, formatTime_s } from '../format/format-quantity.ts'

/** Differences below this are rounding. */
const NOTHING = 1e-9

const ALL: Readonly<Record<Freedom, string>> = {
  places: 'no mapping of that space, wherever its regions lie, beats',
  offloading: 'no mapping of that space, wherever its regions lie and whatever it offloads, beats',
  everything: 'no mapping at all beats'
}

/** What is proved about the best design: of the space that was searched, and where it lies outside of that, of all that are as free. */
export function certificateSentence({ lowerBound_s, best_s, gap, searched }: Certificate): string {
  if (!searched || best_s >= searched.lowerBound_s * (1 - NOTHING))
    return gap <= NOTHING
      ? `no mapping in the space beats ${formatTime_s(best_s)}: this one is the best there is`
      : `no mapping in the space beats ${formatTime_s(lowerBound_s)}: this one is within ${formatGap(gap)}`
  const proof =
    searched.gap <= NOTHING
      ? `no mapping in the space searched beats ${formatTime_s(searched.best_s)}, which one reaches`
      : `no mapping in the space searched beats ${formatTime_s(searched.lowerBound_s)}, from which the best of it is within ${formatGap(searched.gap)}`
  return `${proof}; this one lies outside and is ${formatShare(searched.best_s / best_s - 1)} faster; ${ALL[searched.beyond ?? 'everything']} ${formatTime_s(lowerBound_s)}: within ${formatGap(gap)}`
}
