import { basename } from 'node:path'
import { Problem } from '../../core/problem.ts'
import type { ReportInsights, ReportMaterial } from '../../core/report/report-material.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { projectId } from '../projects/recent-projects.ts'
import { explorationRecord } from './exploration-record.ts'

/** Undefined where there is no such thing; every other trouble stays. */
function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Problem && error.code === 'unknown-name') return undefined
    throw error
  }
}

/**
 * What a report is built from, read from a project when asked for and kept.
 * @param isKept whether the project stays, so that an address leads to it
 */
export function reportMaterial(store: ProjectStore, insights?: ReportInsights, isKept = true): ReportMaterial {
  const kept = new Map<string, unknown>()
  const once =
    <Value>(kind: string, read: (id: number) => Value) =>
    (id: number): Value | undefined => {
      const key = `${kind}${id}`
      if (!kept.has(key))
        kept.set(
          key,
          ifThere(() => read(id))
        )
      return kept.get(key) as Value | undefined
    }
  return {
    project: { ...(isKept && { id: projectId(store.path) }), name: basename(store.path) },
    run: once('run', (id) => explorationRecord(store, id)),
    point: once('point', (id) => store.point(id)),
    lastShown: (hash) => store.lastShown(hash),
    ...(insights && { insights })
  }
}
