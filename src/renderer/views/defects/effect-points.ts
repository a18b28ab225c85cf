import type { ProjectView } from '../../../contract/projects-contract.ts'
import type { StoredPoint } from '../../../core/report/run-record.ts'
import { pointName } from '../../../core/report/exploration-record.ts'
import { client } from '../../client.ts'
import type { TrayPoint } from '../../stores/tray.ts'

/** A point whose mapping can be tried on a damaged wafer. */
export interface EffectPoint {
  readonly point: StoredPoint
  readonly title: string
}

/** Runs whose best points are offered: the newest ones; any other point is named by its number. */
const MOST_RUNS = 6

/** Points that are offered first: those in the tray, then the best of the newest runs. What cannot be read is left out. */
export async function effectPoints(
  project: ProjectView,
  tray: readonly TrayPoint[],
  signal: AbortSignal
): Promise<readonly EffectPoint[]> {
  const aside = tray
    .filter((one) => one.project === project.id)
    .map(async ({ point }): Promise<EffectPoint> => {
      const found = await client.runs.point({ project: project.id, point }, { signal })
      return { point: found, title: `In the tray: point ${point}, ${pointName(found)}` }
    })
  const best = project.runs
    .slice(-MOST_RUNS)
    .toReversed()
    .map(async ({ id, model }): Promise<EffectPoint | undefined> => {
      const view = await client.runs.view({ project: project.id, run: id }, { signal })
      return view.best && { point: view.best, title: `Best of run ${id}: ${model}, point ${view.best.id}` }
    })
  const found = await Promise.allSettled([...aside, ...best])
  const points = found.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []))
  return [...new Map(points.toReversed().map((one) => [one.point.id, one])).values()].toReversed()
}
