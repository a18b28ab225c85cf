import { sourcesOf } from './figure-of.ts'
import type { ReportMaterial } from './report-material.ts'
import type { FigureSpec } from './report-spec.ts'

const listed = (ids: readonly number[]): string => `point${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`

/** The view that shows a figure, as a link from outside re-opens it; undefined where the results are kept nowhere. */
export function figureLink(spec: FigureSpec, material: ReportMaterial): string | undefined {
  if (material.project.id === undefined) return undefined
  const { run, points } = sourcesOf(spec)
  const base = `tmac://project/${material.project.id}`
  const first = points[0] === undefined ? undefined : material.point(points[0])
  if (spec.figure === 'waterfall' || points.length > 1) return `${base}/compare?points=${points.join(',')}`
  const tab = {
    front: 'front',
    policies: 'summary',
    time: 'breakdown',
    memory: 'breakdown',
    wafer: 'mapping',
    roofline: 'breakdown',
    breakdown: 'breakdown',
    timeline: 'timeline',
    'memory-time': 'memory',
    'memory-dies': 'memory',
    links: 'links'
  }
  const stage = spec.figure === 'memory-time' && spec.stage !== undefined ? `&stage=${spec.stage}` : ''
  const query = first === undefined ? '' : `?point=${first.id}${stage}`
  return `${base}/run/${run ?? first?.runId ?? 0}/${tab[spec.figure]}${query}`
}

/** What a figure was made from, in a line: runs, points, seeds, versions and hash of the inputs. */
export function figureSource(spec: FigureSpec, material: ReportMaterial): string {
  const { run, points } = sourcesOf(spec)
  const ids = run === undefined ? [...new Set(points.flatMap((id) => material.point(id)?.runId ?? []))] : [run]
  const runs = ids.flatMap((id) => material.run(id)?.run ?? [])
  return [
    ...(material.project.id === undefined ? [] : [material.project.name]),
    ...runs.map(
      ({ id, inputs, hashes, versions }) =>
        `run ${id} (seed ${inputs.seed}, TMAC ${versions.tmac}, inputs ${hashes.all.slice(0, 16)})`
    ),
    ...(points.length > 0 ? [listed(points)] : [])
  ].join(', ')
}
