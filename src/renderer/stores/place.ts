/** Where a person is in the workbench. */
export interface Place {
  readonly view: 'start' | 'search' | 'results'
  readonly project: string | undefined
  readonly run: number | undefined
  /** The selected point. */
  readonly point: number | undefined
}

const start: Place = { view: 'start', project: undefined, run: undefined, point: undefined }

/** The place that an address names: `#/project/ID/search`, `#/project/ID/run/7?point=12`; the start for any other. */
export function locationOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?')
  const [, kind, project, view, number] = path.split('/')
  if (kind !== 'project' || !project) return start
  if (view === 'search') return { view, project, run: undefined, point: undefined }
  const run = Number(number)
  if (view !== 'run' || !Number.isInteger(run) || run < 1) return start
  const point = Number(new URLSearchParams(query).get('point'))
  return { view: 'results', project, run, point: Number.isInteger(point) && point > 0 ? point : undefined }
}
