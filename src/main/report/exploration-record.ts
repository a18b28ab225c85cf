import { basename } from 'node:path'
import { chipVerdicts } from '../../core/chip/verdicts.ts'
import type { ExplorationRecord } from '../../core/report/exploration-record.ts'
import type { ProjectStore } from '../projects/project-store.ts'

/** Everything a report on a run needs, read from its project. @throws Problem `unknown-name` when there is no such run */
export function explorationRecord(store: ProjectStore, runId: number): ExplorationRecord {
  const run = store.run(runId)
  const best = store.bestPoint(runId)
  const chip = best?.chip ?? run.inputs.chip
  return {
    run,
    points: store.points(runId),
    best,
    verdicts: chip.kind === 'wafer' ? chipVerdicts(chip) : [],
    project: basename(store.path)
  }
}
