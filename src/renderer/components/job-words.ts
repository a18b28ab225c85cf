import { hasEnded } from '../../contract/job-status.ts'
import type { JobState } from '../../contract/jobs-contract.ts'
import { limitWords } from '../../core/report/field-words.ts'
import { formatDuration_s } from '../../core/format/format-duration.ts'
import { clockWords } from './moment-words.ts'

/** Where a search stands, in a word. */
export const jobStatusWords: Readonly<Record<JobState['status'], string>> = {
  queued: 'waiting',
  running: 'running',
  pausing: 'pausing',
  paused: 'paused',
  stopping: 'stopping',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed'
}
const statusWords: Readonly<Record<JobState['status'], string>> = {
  queued: 'Waiting for its turn',
  running: 'Running',
  pausing: 'Pausing: finishing the evaluations under way',
  paused: 'Paused',
  stopping: 'Stopping',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed'
}
export const statusOf = ({ status, share }: JobState): string =>
  status === 'finished' && share < 1 ? 'Finished: its time was up' : statusWords[status]

/** Whoever waits less than this for the end looks at seconds. */
const NEAR_s = 600

/** When a search will end, as a range of the clock that its time limit may cut off, or why that cannot be said. @param now milliseconds */
export function etaWords({ status, remaining, budget_s, elapsed_s }: JobState, now = Date.now()): string {
  if (status !== 'running') return ''
  const limit_s = budget_s === undefined ? Infinity : Math.max(0, budget_s - elapsed_s)
  const [low_s, high_s] =
    remaining.kind === 'range' ? [remaining.low_s, Math.min(remaining.high_s, limit_s)] : [limit_s, limit_s]
  const at = (seconds: number): string => clockWords(now + seconds * 1000, now, high_s < NEAR_s ? 'seconds' : 'minutes')
  const byLimit = (): string => `its time limit ends it at ${at(limit_s)}`
  if (remaining.kind === 'unknown')
    return budget_s === undefined ? remaining.reason : `${remaining.reason}; ${byLimit()}`
  if (low_s >= limit_s) {
    const whole = [low_s, remaining.high_s].map(formatDuration_s).join(' to ')
    return `${byLimit()}; the whole space would take another ${whole}`
  }
  const range = at(low_s) === at(high_s) ? `about ${at(low_s)}` : `between ${at(low_s)} and ${at(high_s)}`
  return `ends ${range}${high_s < remaining.high_s ? ', its time limit' : ''}`
}

export function timeWords(job: JobState): string {
  const elapsed = formatDuration_s(job.elapsed_s)
  if (hasEnded(job)) return `took ${elapsed}`
  return job.budget_s === undefined ? `${elapsed}, no time limit` : `${elapsed} of ${formatDuration_s(job.budget_s)}`
}

/** The limits that most designs break, the first first: 'memory 71%, reach 20%'. */
export function refusalShares({ refusals }: JobState): readonly { readonly limit: string; readonly share: number }[] {
  const total = Object.values(refusals).reduce((sum, count) => sum + count, 0)
  return Object.entries(refusals)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([limit, count]) => ({ limit: limitWords(limit), share: count / total }))
}
