import type { InterruptedRun, JobState } from '../../contract/jobs-contract.ts'
import { Problem } from '../../core/problem.ts'
import type { JobTrack } from '../../core/report/job-track.ts'
import type { RunRecord } from '../../core/report/run-record.ts'
import type { ProjectLibrary } from '../projects/project-library.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { projectName } from '../projects/recent-projects.ts'
import type { RunWriter } from '../projects/run-writer.ts'
import type { Checkpoint } from './exploration-job.ts'
import { trainedWords } from '../../core/report/trained-words.ts'

/** Notes with a run how a person ended it. */
export function markEnded(run: RunWriter, ended: JobTrack['ended']): void {
  const checkpoint = run.lastCheckpoint() as Checkpoint | undefined
  if (checkpoint?.track) run.checkpoint({ ...checkpoint, track: { ...checkpoint.track, ended } })
}

/** Whether one of these jobs is of a run. */
export const isIn = (states: readonly JobState[], project: string, run: number): boolean =>
  states.some((state) => state.project === project && state.run === run)

/** Runs of projects opened lately that ended with their host or by a pause. Projects that cannot be read have none. @param live jobs that have not ended */
export function interruptedRuns(library: ProjectLibrary, live: readonly JobState[]): InterruptedRun[] {
  return library
    .recent()
    .filter(({ exists }) => exists)
    .flatMap(({ id }) => {
      try {
        const store = library.store(id)
        return store
          .runs()
          .filter(({ status, id: run }) => (status === 'interrupted' || status === 'paused') && !isIn(live, id, run))
          .flatMap((record) => interruptedRun(id, store, record))
      } catch (error) {
        if (error instanceof Problem) return []
        throw error
      }
    })
}

/** An interrupted or paused run as a list offers it; none for one of another program, which keeps no track. */
function interruptedRun(project: string, store: ProjectStore, record: RunRecord): InterruptedRun[] {
  const track = store.track(record.id)
  if (!track) return []
  return [
    {
      project,
      projectName: projectName(store.path),
      run: record.id,
      model: trainedWords(record.inputs),
      chip: record.inputs.chip.title || record.inputs.chip.name,
      startedAt: record.createdAt,
      share: track.share,
      elapsed_s: track.elapsed_s,
      budget_s: track.budget_s ?? undefined,
      pointCount: record.pointCount,
      paused: record.status === 'paused'
    }
  ]
}
