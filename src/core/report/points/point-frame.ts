import { isPolicy } from '../exploration-record.ts'
import { prefixOf } from '../../format/format-number.ts'
import * as format from '../../format/format-quantity.ts'

/** A quantity of points: how it is called, which way is better, and in what unit it is. */
export interface PointMetric {
  readonly name: string
  readonly title: string
  readonly unit: string
  /** Smallest and largest of the unit's prefixes that people read it in; 1 for none. */
  readonly prefixes: readonly [smallest: number, largest: number]
  readonly better: 'more' | 'less'
  readonly format: (value: number) => string
}

export const pointMetrics = [
  {
    name: 'tokensPerSecond',
    title: 'Throughput',
    unit: 'tokens/s',
    prefixes: [1, 1],
    better: 'more',
    format: format.formatThroughput_tokensPerSecond
  },
  {
    name: 'iterationTime_s',
    title: 'Step time',
    unit: 's',
    prefixes: [1e-12, 1],
    better: 'less',
    format: format.formatTime_s
  },
  {
    name: 'power_W',
    title: 'Power, upper estimate',
    unit: 'W',
    prefixes: [1e-12, 1e18],
    better: 'less',
    format: format.formatPower_W
  },
  {
    name: 'peakMemory_B',
    title: 'Peak memory per die',
    unit: 'B',
    prefixes: [1, 1e18],
    better: 'less',
    format: format.formatBytes_B
  },
  {
    name: 'area_mm2',
    title: 'Wafer area',
    unit: 'mm²',
    prefixes: [1, 1],
    better: 'less',
    format: format.formatArea_mm2
  },
  {
    name: 'cost_usd',
    title: 'Cost of a good wafer',
    unit: '$',
    prefixes: [1, 1],
    better: 'less',
    format: format.formatCost_usd
  }
] as const satisfies readonly PointMetric[]
export type PointMetricName = (typeof pointMetrics)[number]['name']

export const metricOf = (name: PointMetricName): PointMetric => pointMetrics.find((metric) => metric.name === name)!

/** Points as arrays of numbers, one element per point, in the order in which they were kept. */
export interface PointFrame {
  readonly size: number
  readonly id: ArrayLike<number>
  /** 1 where the point fits its chip. */
  readonly feasible: Uint8Array
  /** 1 where a policy made the point. */
  readonly policy: Uint8Array
  /** What made each point, and what it is called. */
  readonly source: readonly string[]
  readonly label: readonly string[]
  /** Not a number where a point has no such quantity. */
  readonly metrics: Readonly<Record<PointMetricName, Float64Array>>
}

/** The largest amount of a column, which never changes. */
const largestKnown = new WeakMap<Float64Array, number>()
function largestOf(values: Float64Array): number {
  let largest = largestKnown.get(values)
  if (largest !== undefined) return largest
  largest = 0
  for (let at = 0; at < values.length; at++) {
    const amount = Math.abs(values[at]!)
    if (amount > largest) largest = amount
  }
  largestKnown.set(values, largest)
  return largest
}

/** The unit that a quantity of these points is read in on axes and in fields, that of the largest, and how many base units it is. */
export function unitIn(frame: PointFrame, name: PointMetricName): { readonly unit: string; readonly scale: number } {
  const { unit, prefixes } = metricOf(name)
  const largest = largestOf(frame.metrics[name])
  const [scale, prefix] = largest > 0 ? prefixOf(largest, ...prefixes) : [1, '']
  return { unit: `${prefix}${unit}`, scale }
}

/** What a frame is made of: columns as they cross from the project; null or not a number where a quantity is missing. */
export type FrameColumns = {
  readonly id: ArrayLike<number>
  readonly feasible: ArrayLike<boolean | number>
  readonly source: readonly string[]
  readonly label: readonly string[]
} & Readonly<Record<PointMetricName, ArrayLike<number | null>>>

export function pointFrame(columns: FrameColumns): PointFrame {
  const size = columns.id.length
  const numbers = (values: ArrayLike<number | null>): Float64Array =>
    values instanceof Float64Array ? values : Float64Array.from(values, (value) => value ?? Number.NaN)
  return {
    size,
    id: columns.id,
    feasible: Uint8Array.from(columns.feasible as ArrayLike<number>),
    policy: Uint8Array.from(columns.source, (source) => Number(isPolicy({ source }))),
    source: columns.source,
    label: columns.label,
    metrics: {
      tokensPerSecond: numbers(columns.tokensPerSecond),
      iterationTime_s: numbers(columns.iterationTime_s),
      power_W: numbers(columns.power_W),
      peakMemory_B: numbers(columns.peakMemory_B),
      area_mm2: numbers(columns.area_mm2),
      cost_usd: numbers(columns.cost_usd)
    }
  }
}

const turned = new WeakMap<Float64Array, Float64Array>()
/** Smaller is better: the quantity itself, or turned around, once. */
function loss(frame: PointFrame, name: PointMetricName): Float64Array {
  const values = frame.metrics[name]
  if (metricOf(name).better === 'less') return values
  const losses = turned.get(values) ?? values.map((value) => -value)
  turned.set(values, losses)
  return losses
}

/** Both quantities of a frame as losses, for what chooses on a front. */
export const losses = (frame: PointFrame, x: PointMetricName, y: PointMetricName) =>
  [loss(frame, x), loss(frame, y)] as const
