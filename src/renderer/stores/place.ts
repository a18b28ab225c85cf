import { selectionOf, selectionQuery, type Selection } from '../../core/report/selection.ts'

export const projectViews = [
  'overview',
  'model',
  'chip',
  'defects',
  'search',
  'run',
  'compare',
  'exploration',
  'report'
] as const
export type ViewName = 'start' | 'settings' | (typeof projectViews)[number]

/** Where a person is in the workbench, and what is selected there. */
export interface Place {
  readonly view: ViewName
  readonly project: string | undefined
  /** The run or the document that the view shows. */
  readonly item: number | undefined
  /** Which side of it, as `mapping` of a run. */
  readonly tab: string | undefined
  readonly selection: Selection
  /** Points set side by side: `7` of this project, `PROJECT:7` of another. */
  readonly points: readonly string[]
}

const nowhere: Place = {
  view: 'start',
  project: undefined,
  item: undefined,
  tab: undefined,
  selection: {},
  points: []
}

/**
 * The place that an address names, `#/project/ID/VIEW/ITEM/TAB?point=12&die=3,4`, with or without `#` or `tmac:/` before it; the start for
 * any other.
 */
export function placeOf(address: string): Place {
  const [path = '', query = ''] = address.replace(/^(#|tmac:\/)/, '').split('?')
  const [, kind, project, view, item, tab] = path.split('/')
  if (kind === 'settings') return { ...nowhere, view: 'settings' }
  const name = projectViews.find((one) => one === (view ?? 'overview'))
  if (kind !== 'project' || !project || !name) return nowhere
  if (item && !/^[1-9]\d{0,14}$/.test(item)) return nowhere
  const parameters = new URLSearchParams(query)
  return {
    view: name,
    project,
    item: item ? Number(item) : undefined,
    tab: tab || undefined,
    selection: selectionOf(parameters),
    points: [...new Set((parameters.get('points') ?? '').split(','))].filter((one) =>
      /^([0-9a-f]{1,64}:)?[1-9]\d{0,14}$/.test(one)
    )
  }
}

/** The address of a place; {@link placeOf} reads it back. */
export function addressOf({ view, project, item, tab, selection, points }: Place): string {
  if (view === 'start') return '#/'
  if (project === undefined) return `#/${view}`
  const query = selectionQuery(selection)
  if (points.length > 0) query.set('points', points.join(','))
  const path = ['#', 'project', project, view, ...(item === undefined ? [] : [item, ...(tab ? [tab] : [])])].join('/')
  // Commas and colons need no escape in a fragment, and people read addresses.
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')
  return text ? `${path}?${text}` : path
}

/** A place in a project, nothing selected. */
export const placeIn = (project: string, view: ViewName, item?: number, tab?: string): Place => ({
  ...nowhere,
  view,
  project,
  item,
  tab
})
