import { hasEnded } from '../../contract/job-status.ts'
import type { JobState } from '../../contract/jobs-contract.ts'
import { limitWords } from '../../core/report/field-words.ts'
import { formatDuration_s } from '../../core/format/format-duration.ts'

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

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** When a search will end, as a range of the clock, or why that cannot be said. @param now milliseconds */
export function etaWords({ status, remaining }: JobState, now = Date.now()): string {
  if (status !== 'running') return ''
  if (remaining.kind === 'unknown') return remaining.reason
  const format = remaining.high_s < 600 ? clockWithSeconds : clock
  const [from, to] = [remaining.low_s, remaining.high_s].map((seconds) => format.format(now + seconds * 1000))
  return from === to ? `ends about ${from}` : `ends between ${from} and ${to}`
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
