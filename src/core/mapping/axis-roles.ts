import type { Operator } from '../workload/operator.ts'
import type { AxisRole } from './mapping.ts'

/** How a tensor lies on one mesh axis: whole on every die, cut along a logical axis, or as partial sums. */
export const REPLICATED = 0
export const BATCH = 1
export const SEQUENCE = 2
export const HIDDEN = 3
export const PARTIAL = 4
/** Tokens at the dies that hold the experts they visit: between dispatch and combine. */
export const AT_EXPERTS = 5

export const residualNames = ['replicated', 'batch', 'sequence', 'hidden'] as const

interface RoleFacts {
  readonly name: AxisRole
  /** The layout the operator's input must have on the axis, and the layout its output then has. */
  readonly needs: number
  readonly gives: number
  /** The logical axis it cuts, for divisibility; undefined for replicated work. */
  readonly cuts: 'batch' | 'sequence' | 'output' | 'reduction' | 'expert' | undefined
  /** The weights are cut too and travel around the axis when used. */
  readonly streamed: boolean
  readonly kinds: readonly Operator['kind'][]
  /** For roles of experts only: whether tokens are sent out or brought back. */
  readonly opens?: boolean
}

/**
 * The partition algebra in one table: what one mesh axis may do to an operator. An output cut reads whole rows and gives columns; a
 * reduction cut reads columns and gives partial sums; token cuts pass through. Collectives follow from needs and gives (PALM 2406.03868
 * gives the same rules for split states; `streamed` is our third state).
 */
export const roleFacts: readonly RoleFacts[] = [
  {
    name: 'replicated',
    needs: REPLICATED,
    gives: REPLICATED,
    cuts: undefined,
    streamed: false,
    kinds: ['linear', 'attention', 'embedding']
  },
  {
    name: 'batch',
    needs: BATCH,
    gives: BATCH,
    cuts: 'batch',
    streamed: false,
    kinds: ['linear', 'attention', 'embedding']
  },
  {
    name: 'sequence',
    needs: SEQUENCE,
    gives: SEQUENCE,
    cuts: 'sequence',
    streamed: false,
    kinds: ['linear', 'attention', 'embedding']
  },
  { name: 'output', needs: REPLICATED, gives: HIDDEN, cuts: 'output', streamed: false, kinds: ['linear', 'embedding'] },
  {
    name: 'reduction',
    needs: HIDDEN,
    gives: PARTIAL,
    cuts: 'reduction',
    streamed: false,
    kinds: ['linear', 'embedding']
  },
  { name: 'head', needs: HIDDEN, gives: HIDDEN, cuts: 'output', streamed: false, kinds: ['attention'] },
  // The first product of the experts sends tokens to them, the second one brings them back: both or none are cut.
  {
    name: 'expert',
    needs: SEQUENCE,
    gives: AT_EXPERTS,
    cuts: 'expert',
    streamed: false,
    kinds: ['linear'],
    opens: true
  },
  {
    name: 'expert',
    needs: AT_EXPERTS,
    gives: SEQUENCE,
    cuts: 'expert',
    streamed: false,
    kinds: ['linear'],
    opens: false
  },
  { name: 'batch-streamed', needs: BATCH, gives: BATCH, cuts: 'batch', streamed: true, kinds: ['linear', 'embedding'] },
  {
    name: 'sequence-streamed',
    needs: SEQUENCE,
    gives: SEQUENCE,
    cuts: 'sequence',
    streamed: true,
    kinds: ['linear', 'embedding']
  }
]

export const ROLE_COUNT = roleFacts.length
export const LAYOUT_COUNT = 6

/** Codes of the roles an operator may have on an axis, whatever the axis's size. */
export function rolesOf(operator: Operator): readonly number[] {
  let codes = known.get(operator)
  if (!codes) {
    codes = roleFacts.flatMap((role, code) =>
      role.kinds.includes(operator.kind) && (role.cuts !== 'expert' || operator.experts?.opens === role.opens)
        ? [code]
        : []
    )
    known.set(operator, codes)
  }
  return codes
}
const known = new WeakMap<Operator, readonly number[]>()

export const roleName = (code: number): AxisRole => roleFacts[code]!.name

/** The small integer by which the engine knows a role of an operator; undefined when the operator cannot have it. */
export const roleCode = (operator: Operator, name: AxisRole): number | undefined =>
  rolesOf(operator).find((code) => roleName(code) === name)
