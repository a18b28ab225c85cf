import { nearest } from '../../core/nearest.ts'
import { selectionOf, selectionQuery, type Selection } from '../../core/report/selection.ts'
import { shownPart as shown, unreadMembers } from '../../core/report/selection-faults.ts'

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
  /** Why an address names no place; the view is then the one nearest to it. */
  readonly fault?: string
  /** Why parts of an address are passed over; the rest of it holds. */
  readonly unread?: readonly string[]
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
 * The place that an address names, `#/project/ID/VIEW/ITEM/TAB?point=12&die=3,4`, with or without `#` or `tmac:/` before it; any other leads
 * as far as it can be understood, with the reason why not further.
 */
export function placeOf(address: string): Place {
  const [path = '', query = ''] = address.replace(/^(#|tmac:\/)/, '').split('?')
  const [, kind = '', project, view, item, tab] = path.split('/')
  if (kind === 'settings') return { ...nowhere, view: 'settings' }
  if (kind === '' && path.length <= 1) return nowhere
  if (kind !== 'project') return { ...nowhere, fault: `${shown(path)} is no address of the workbench.` }
  if (!project) return { ...nowhere, fault: `${shown(path)} names no project.` }
  const name = projectViews.find((one) => one === (view || 'overview'))
  if (!name) {
    const near = nearest(view!.slice(0, 40), projectViews)
    const guess = projectViews.find((one) => one === near)
    const hint = guess === undefined ? '' : ` Did you mean ${shown(guess)}?`
    return { ...placeIn(project, guess ?? 'overview'), fault: `A project has no view ${shown(view!)}.${hint}` }
  }
  if (item && !/^[1-9]\d{0,14}$/.test(item))
    return { ...placeIn(project, name), fault: `${shown(item)} is no number of a run or a document.` }
  const parameters = new URLSearchParams(query)
  const unread = unreadMembers(parameters, ['points'])
  return {
    view: name,
    project,
    item: item ? Number(item) : undefined,
    tab: tab || undefined,
    selection: selectionOf(parameters),
    points: [...new Set((parameters.get('points') ?? '').split(','))].filter((one) =>
      /^([0-9a-f]{1,64}:)?[1-9]\d{0,14}$/.test(one)
    ),
    ...(unread.length > 0 && { unread })
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
