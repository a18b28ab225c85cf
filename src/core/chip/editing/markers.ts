import { counted } from '../../format/counted.ts'
import { formatCount } from '../../format/format-number.ts'
import { formatLength_mm } from '../../format/format-quantity.ts'
import { dieWords } from '../../format/place-words.ts'
import type { WaferChipSpec } from '../chip-spec.ts'
import type { Place } from '../defects/defect-map.ts'
import type { Verdict } from '../verdict.ts'
import { chipVerdicts } from '../verdicts.ts'
import { chipField, fieldText, inSentence, numberAt, withNumber, type ChipField } from './fields.ts'
import { movesFor, type ChipChange } from './moves.ts'
import { dieRectangle_mm, isOnWafer } from './site-drawing.ts'
import { shorelinePlan, type EdgeName } from './shoreline-plan.ts'
import { solveFor } from './solve-for.ts'

/** What a problem is about. */
export type MarkedObject =
  | { readonly kind: 'die'; readonly place: Place }
  | { readonly kind: 'edge'; readonly edge: EdgeName }
  | { readonly kind: 'array' | 'wafer' }

/** Something of a chip that breaks a limit, where it is, and changes that mend it. */
export interface Marker {
  /** Name of the verdict, or what else is wrong. */
  readonly name: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly object: MarkedObject
  /** What moves something comes before what makes it smaller. */
  readonly fixes: readonly ChipChange[]
}

/** Fields whose change mends a budget most directly, the least painful first, and which way it must go. */
export const mendingFields: Readonly<Record<string, readonly (readonly [string, 'largest' | 'smallest'])[]>> = {
  'wafer-area': [
    ['grid.columns', 'largest'],
    ['grid.rows', 'largest'],
    ['memory.stacksPerDie', 'largest']
  ],
  'wafer-extent': [
    ['grid.columns', 'largest'],
    ['grid.rows', 'largest'],
    ['die.width_mm', 'largest']
  ],
  'dram-footprint': [
    ['memory.stacksPerDie', 'largest'],
    ['grid.columns', 'largest']
  ],
  reticle: [
    ['die.width_mm', 'largest'],
    ['die.height_mm', 'largest']
  ],
  'die-contents': [
    ['die.sramPerCore_B', 'largest'],
    ['die.cores', 'largest']
  ],
  shoreline: [
    ['links.bandwidthPerEdge_Bps', 'largest'],
    ['memory.stackBandwidth_Bps', 'largest']
  ],
  'wire-reach': [
    ['grid.gap_mm', 'largest'],
    ['memory.stacksPerDie', 'largest']
  ],
  power: [
    ['die.clock_Hz', 'largest'],
    ['grid.columns', 'largest']
  ],
  yield: [
    ['grid.spares', 'smallest'],
    ['die.spareCores', 'smallest'],
    ['grid.columns', 'largest']
  ],
  cost: [
    ['grid.columns', 'largest'],
    ['memory.stackCapacity_B', 'largest']
  ]
}

/** Three digits that do not break the limit again: a bound from above is rounded down, one from below up. */
function rounded({ path, isInteger }: ChipField, value: number, direction: 'largest' | 'smallest'): number {
  if (isInteger || value === 0) return value
  // A spec may have a share of a stack per die; a fix has whole ones.
  if (path === 'memory.stacksPerDie') return direction === 'largest' ? Math.floor(value) : Math.ceil(value)
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 3)
  return Number(((direction === 'largest' ? Math.floor : Math.ceil)(value / unit) * unit).toPrecision(6))
}

/** The first change of one field that mends a budget and breaks none that holds. */
function smallerFix(chip: WaferChipSpec, name: string, held: readonly string[]): ChipChange | undefined {
  for (const [path, direction] of mendingFields[name] ?? []) {
    const field = chipField(path)
    const found = solveFor(chip, field, [...held, name], direction)
    if (found.kind === 'conflict') continue
    const value = rounded(field, found.value, direction)
    if (value < field.least || value === numberAt(chip, path)) continue
    // No memory at all is no way to mend its size.
    if (value === 0 && path.startsWith('memory.')) continue
    const mended = withNumber(chip, path, value)
    if (chipVerdicts(mended).some((verdict) => !verdict.ok && (verdict.name === name || held.includes(verdict.name))))
      continue
    return { title: `Set ${inSentence(field)} to ${fieldText(field, value)}`, chip: mended }
  }
  return undefined
}

/** The first move that mends a limit, or brings all dies onto the wafer, and breaks nothing that holds. */
const moveFix = (chip: WaferChipSpec, name: string, held: readonly string[]): ChipChange | undefined =>
  movesFor(chip, name).find(
    ({ chip: moved }) =>
      chipVerdicts(moved).every((verdict) => verdict.ok || !(verdict.name === name || held.includes(verdict.name))) &&
      (name !== 'outside' || outsideDies(moved).length === 0)
  )

const objects: Readonly<Record<string, MarkedObject['kind']>> = {
  reticle: 'die',
  'die-contents': 'die',
  shoreline: 'die',
  'dram-footprint': 'die',
  'wire-reach': 'array',
  'wafer-area': 'array',
  'wafer-extent': 'array'
}

/** Dies of one wafer looked at for lying outside it; larger meshes are told of by their extent alone. */
const MOST_CHECKED_DIES = 40_000

function outsideDies(chip: WaferChipSpec): readonly Place[] {
  const { rows, columns } = chip.grid
  if (rows * columns > MOST_CHECKED_DIES) return []
  return Array.from({ length: rows * columns }, (_, die): Place => [Math.floor(die / columns), die % columns]).filter(
    ([row, column]) => !isOnWafer(chip, dieRectangle_mm(chip, row, column))
  )
}

/** All that breaks a limit, errors first. Fixes are worked out only where asked for, as they take milliseconds each. */
export function chipMarkers(chip: WaferChipSpec, verdicts: readonly Verdict[], withFixes = true): readonly Marker[] {
  const held = verdicts.filter(({ ok, waived }) => ok && !waived).map(({ name }) => name)
  const broken = verdicts.filter(({ ok }) => !ok)
  const outside = outsideDies(chip)
  const fixesOf = (name: string): readonly ChipChange[] =>
    withFixes ? [moveFix(chip, name, held), smallerFix(chip, name, held)].filter((fix) => fix !== undefined) : []
  const asObject = (name: string): MarkedObject => {
    const kind = objects[name] ?? 'wafer'
    return kind === 'die' ? { kind, place: [0, 0] } : ({ kind } as MarkedObject)
  }
  const crowded = shorelinePlan(chip).filter(({ free_mm, length_mm }) => free_mm < -1e-9 * length_mm)
  return [
    ...broken.map((verdict): Marker => ({
      name: verdict.name,
      severity: 'error',
      message: `${verdict.message}; ${verdict.fix}`,
      object:
        verdict.name === 'wafer-extent' && outside[0] ? { kind: 'die', place: outside[0] } : asObject(verdict.name),
      fixes: fixesOf(verdict.name)
    })),
    ...(outside.length > 0 && broken.every(({ name }) => name !== 'wafer-extent')
      ? [
          {
            name: 'outside',
            severity: 'warning' as const,
            message: `${formatCount(outside.length)} of ${counted(chip.grid.rows * chip.grid.columns, 'die')} reach beyond the part of the wafer that may carry dies, the first is ${dieWords(outside[0]!)}; use fewer or smaller dies`,
            object: { kind: 'die' as const, place: outside[0]! },
            fixes: fixesOf('outside')
          }
        ]
      : []),
    ...crowded
      .filter(() => broken.every(({ name }) => name !== 'shoreline'))
      .map(({ edge, link_mm, length_mm }): Marker => ({
        name: `shoreline-${edge}`,
        severity: 'error',
        message: `the link across the ${edge} edge takes ${formatLength_mm(link_mm)} of ${formatLength_mm(length_mm)}; lower its bandwidth or lengthen the edge`,
        object: { kind: 'edge', edge },
        fixes: []
      })),
    ...verdicts
      .filter(({ waived, value, limit }) => waived && limit !== null && value > limit)
      .map(({ name, message }): Marker => ({
        name,
        severity: 'warning',
        message,
        object: asObject(name),
        fixes: []
      }))
  ]
}
