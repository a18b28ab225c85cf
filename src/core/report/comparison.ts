import type { Mapping } from '../mapping/mapping.ts'
import { Problem } from '../problem.ts'
import type { KeptPoint } from '../search/exploration.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { memoryCategories, timeCategories } from './categories.ts'
import { cell, columns, type Table } from './document.ts'
import { memberWords } from './field-words.ts'
import { pointName } from './exploration-record.ts'
import { formatIn, formatField, formatRatio } from '../format/format-quantity.ts'
import { leafDifferences, type Difference } from './leaf-differences.ts'

/** One number of each point, in one unit, and its ratio to the baseline's (undefined where that is zero or missing). */
export interface Metric {
  readonly name: string
  readonly unit: string
  readonly values: readonly (number | undefined)[]
  readonly ratios: readonly (number | undefined)[]
}

export interface Comparison {
  /** Index of the point that the others are set against. */
  readonly baseline: number
  readonly names: readonly string[]
  /** What each point is: of a policy its name, of a wafer what distinguishes it. */
  readonly designs: readonly string[]
  readonly metrics: readonly Metric[]
  readonly time_s: readonly Metric[]
  readonly memory_B: readonly Metric[]
  readonly chip: readonly Difference[]
  readonly mapping: readonly Difference[]
  /** What cannot be compared, in words. */
  readonly warnings: readonly string[]
}

export interface NamedPoint {
  readonly name: string
  readonly point: KeptPoint
}

const metricsOf: readonly (readonly [string, string, (point: KeptPoint) => number | undefined])[] = [
  ['Throughput', 'tokens/s', (point) => point.evaluation.tokensPerSecond],
  ['Step time', 's', (point) => point.evaluation.iterationTime_s],
  ['MFU', 'share', (point) => point.evaluation.mfu],
  ['Energy per step, low', 'J', (point) => point.evaluation.energy_J.low],
  ['Energy per step, high', 'J', (point) => point.evaluation.energy_J.high],
  ['Power, low', 'W', (point) => point.evaluation.power_W.low],
  ['Power, high', 'W', (point) => point.evaluation.power_W.high],
  ['Peak memory per die', 'B', (point) => point.evaluation.memory_B.peak],
  ['Memory capacity per die', 'B', (point) => point.evaluation.memory_B.capacity],
  ['Wafer area', 'mm2', (point) => point.area_mm2],
  ['Cost', 'USD', (point) => point.cost_usd]
]

function metric(name: string, unit: string, values: readonly (number | undefined)[], baseline: number): Metric {
  const base = values[baseline]
  const ratios = values.map((value) => (value === undefined || !base ? undefined : value / base))
  return { name, unit, values, ratios }
}

/** Parts of a step below this share of it are what sums of many numbers leave behind: they are nothing, not a little. */
const RESIDUE = 1e-9

/** Where a number comes from is no difference of the design. */
const comparableChip = ({ chip }: KeptPoint): unknown => ({ ...chip, provenance: undefined })

/** Names of plans by class and order of use, `dense`, `dense 2`: what others called them is no difference of the design. */
function plainPlanNames({ stages }: Mapping): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const used = new Map<string, number>()
  for (const { class: layerClass, plan } of stages.flatMap(({ layers }) => layers)) {
    if (names.has(plan)) continue
    const count = (used.get(layerClass) ?? 0) + 1
    used.set(layerClass, count)
    names.set(plan, count === 1 ? layerClass : `${layerClass} ${count}`)
  }
  return names
}

/** A mapping with plain names of plans; its placement is compared as one thing. */
function comparableMapping({ mapping }: KeptPoint): unknown {
  const names = plainPlanNames(mapping)
  const named = (plan: string): string => names.get(plan) ?? plan
  return {
    ...mapping,
    plans: Object.fromEntries(Object.entries(mapping.plans).map(([name, plan]) => [named(name), plan])),
    stages: mapping.stages.map((stage) => ({
      ...stage,
      layers: stage.layers.map((run) => ({ ...run, plan: named(run.plan) }))
    })),
    placement: JSON.stringify(mapping.placement)
  }
}

function warningsFor(evaluations: readonly Evaluation[]): string[] {
  const differs = (value: (evaluation: Evaluation) => number): boolean => new Set(evaluations.map(value)).size > 1
  const otherModels = differs((evaluation) => evaluation.parameters)
  // Of another model neither is the work of a token the same.
  const instead = otherModels
    ? 'time and energy per step are not to be compared.'
    : 'compare throughput and utilization, not time or energy per step.'
  return [
    ...(otherModels ? ['The points train different models: only utilization is comparable.'] : []),
    ...(differs((evaluation) => evaluation.modelFlops)
      ? [`A step of the points is not the same work: ${instead}`]
      : []),
    ...(evaluations.some((evaluation) => !evaluation.feasible) ? ['Not every point is feasible.'] : [])
  ]
}

/**
 * How 2 to 8 points differ: their numbers with ratios to a baseline, the first unless another is named, and only those members of chip and mapping that are not the same in all.
 * @throws Problem `usage` for fewer or more points
 */
export function comparePoints(points: readonly NamedPoint[], baseline = 0): Comparison {
  if (points.length < 2 || points.length > 8)
    throw new Problem(
      'usage',
      `${points.length} ${points.length === 1 ? 'point' : 'points'} cannot be compared: name 2 to 8, as A.tmac#3 B.tmac#7`
    )
  const evaluations = points.map(({ point }) => point.evaluation)
  return {
    baseline,
    names: points.map(({ name }) => name),
    designs: points.map(({ point }) => pointName(point)),
    metrics: metricsOf.map(([name, unit, value]) =>
      metric(
        name,
        unit,
        points.map(({ point }) => value(point)),
        baseline
      )
    ),
    time_s: timeCategories.map(([key, name]) =>
      metric(
        name,
        's',
        evaluations.map(({ time_s, iterationTime_s }) =>
          Math.abs(time_s[key]) < RESIDUE * iterationTime_s ? 0 : time_s[key]
        ),
        baseline
      )
    ),
    memory_B: memoryCategories.map(([key, name]) =>
      metric(
        name,
        'B',
        evaluations.map(({ memory_B }) => memory_B[key]),
        baseline
      )
    ),
    chip: leafDifferences(points.map(({ point }) => comparableChip(point))),
    mapping: leafDifferences(points.map(({ point }) => comparableMapping(point))),
    warnings: warningsFor(evaluations)
  }
}

const metricTable = (
  caption: string,
  names: readonly string[],
  metrics: readonly Metric[],
  baseline: number
): Table => ({
  caption,
  columns: columns('', ...names.map((name) => `#${name}`)),
  rows: metrics
    .filter(({ values }) => values.some((value) => value !== undefined && value !== 0))
    .map(({ name, unit, values, ratios }) => [
      cell(name),
      ...values.map((value, index) => {
        if (value === undefined) return cell('—', 'quiet')
        const ratio = ratios[index]
        return cell(
          index === baseline || ratio === undefined
            ? formatIn(value, unit)
            : `${formatIn(value, unit)} (${formatRatio(ratio)})`
        )
      })
    ])
})

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}…` : text)

const differenceTable = (caption: string, names: readonly string[], differences: readonly Difference[]): Table => ({
  caption,
  columns: columns('', ...names.map((name) => `#${name}`)),
  rows: differences.map(({ path, values }) => [
    cell(memberWords(path)),
    ...values.map((value) => cell(short(formatField(path, value))))
  ])
})

/**
 * A comparison as tables, those without a row left out.
 * @param names what the columns are called
 */
export function comparisonTables(comparison: Comparison, names: readonly string[] = comparison.names): Table[] {
  const { baseline } = comparison
  const results = metricTable(`Results (ratio to ${names[baseline]})`, names, comparison.metrics, baseline)
  const designs = [cell('Design'), ...comparison.designs.map((design) => cell(short(design)))]
  return [
    { ...results, rows: [designs, ...results.rows] },
    metricTable('Where a step goes', names, comparison.time_s, baseline),
    metricTable('Memory per die of the fullest stage', names, comparison.memory_B, baseline),
    differenceTable('Chip: what differs', names, comparison.chip),
    differenceTable('Mapping: what differs', names, comparison.mapping)
  ].filter((table) => table.rows.length > 0)
}
