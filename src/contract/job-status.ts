import type { JobState } from './jobs-contract.ts'

/** Whether a job has come to its end, whichever. */
export const hasEnded = ({ status }: Pick<JobState, 'status'>): boolean =>
  status === 'finished' || status === 'stopped' || status === 'failed'

/** Whether an engine works on a job. */
export const isActive = ({ status }: Pick<JobState, 'status'>): boolean =>
  status === 'running' || status === 'pausing' || status === 'stopping'

/** The answer of a search that has ended, as it is told; undefined for one that a person stopped. */
export function endWords(job: JobState): { readonly title: string; readonly text: string } | undefined {
  if (!hasEnded(job) || job.status === 'stopped') return undefined
  const subject = `${job.model} on ${job.chip}`
  return job.status === 'failed'
    ? { title: `Search failed: ${subject}`, text: job.message ?? '' }
    : { title: `Search finished: ${subject}`, text: job.message ?? 'It found nothing that fits.' }
}
