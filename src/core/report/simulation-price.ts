import { formatNumber } from '../format/format-number.ts'

/** What a simulation takes, in words: 'under a second', 'about 4.0 s'. */
export const simulationPrice = (seconds: number): string =>
  seconds < 0.5 ? 'under a second' : `about ${formatNumber(seconds, 1)} s`
