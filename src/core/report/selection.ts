/**
 * One thing that a person looks at, in whichever view: of a point, of its mapping, of the wafer, of time. Every view shows the members it
 * knows. It stands in addresses, so that a report or a history re-opens the exact view.
 */
export interface Selection {
  readonly point?: number
  readonly stage?: number
  readonly op?: string
  /** Class of layers. */
  readonly layer?: string
  /** [row, column] on the grid of dies. */
  readonly die?: readonly [number, number]
  /** `row,column-row,column`: from one die to its neighbour. */
  readonly link?: string
  readonly tensor?: string
  /** A range of the step. */
  readonly time_s?: readonly [number, number]
}

/** A change of what is selected; a member that is undefined is selected no more. */
export type SelectionChange = { readonly [Name in keyof Selection]?: Selection[Name] | undefined }

/** An operator, its class of layers and its tensor are one thing. */
const ofOperator: readonly (keyof Selection)[] = ['op', 'layer', 'tensor']

/**
 * What is selected after a change. Who names an operator, a class of layers or a tensor means that one: of these three, what is not named
 * with it was another's, and goes.
 */
export function changedSelection(selection: Selection, change: SelectionChange): Selection {
  const namesOperator = ofOperator.some((name) => name in change)
  const kept = Object.entries(selection).filter(
    ([name]) => !namesOperator || !ofOperator.includes(name as keyof Selection)
  )
  return Object.fromEntries(
    Object.entries({ ...Object.fromEntries(kept), ...change }).filter(([, value]) => value !== undefined)
  )
}

/**
 * Whether what is selected is an operator of a class of layers, or, without an operator, the class itself. An operator that is selected
 * without a class is that of every class.
 */
export const isSelectedOperator = (
  selection: Pick<SelectionChange, 'layer' | 'op'>,
  { layer, op }: { readonly layer: string; readonly op: string | undefined }
): boolean => selection.op === op && (selection.layer === layer || (selection.layer === undefined && op !== undefined))

const whole = (text: string | null): number | undefined =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined

function pair(text: string | null): readonly [number, number] | undefined {
  const [first, second, ...rest] = (text ?? '').split(',').map(Number)
  return first !== undefined && second !== undefined && rest.length === 0 && [first, second].every(Number.isFinite)
    ? [first, second]
    : undefined
}

const isLink = (text: string | null): text is string => text !== null && /^\d+,\d+-\d+,\d+$/.test(text)

/** The selection that the query of an address names; what does not parse is not selected. */
export function selectionOf(query: URLSearchParams): Selection {
  const [die, time_s, link] = [pair(query.get('die')), pair(query.get('t')), query.get('link')]
  const found = {
    point: whole(query.get('point')),
    stage: whole(query.get('stage')),
    op: query.get('op') ?? undefined,
    layer: query.get('layer') ?? undefined,
    die: die?.every((at) => Number.isInteger(at) && at >= 0) ? die : undefined,
    link: isLink(link) ? link : undefined,
    tensor: query.get('tensor') ?? undefined,
    time_s: time_s && time_s[0] <= time_s[1] ? time_s : undefined
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** The query that names a selection; {@link selectionOf} reads it back. */
export function selectionQuery(selection: Selection): URLSearchParams {
  const query = new URLSearchParams()
  const { die, time_s, ...plain } = selection
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) query.set(name, String(value))
  if (die) query.set('die', die.join(','))
  if (time_s) query.set('t', time_s.join(','))
  return query
}
