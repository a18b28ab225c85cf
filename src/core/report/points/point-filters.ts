import { workloadOfSource } from '../../search/point-source.ts'
import { metricOf, type PointFrame, type PointMetricName } from './point-frame.ts'
import { pointsInWords, type PointRegion } from './point-region.ts'

/** Which points every view shows. Filters hold together; an empty set of them lets all pass. */
export interface PointFilters {
  /** Least and most of a quantity, in SI units; a point without the quantity does not pass. */
  readonly ranges: Readonly<Partial<Record<PointMetricName, readonly [number, number]>>>
  /** Sources that are shown; all when absent. */
  readonly sources?: readonly string[]
  /** Of an exploration for several workloads the one that is shown, null for the first; of all when absent. */
  readonly workload?: string | null
  readonly infeasibleToo: boolean
  /** Only these points, by id, and how they were chosen. */
  readonly kept?: { readonly ids: ReadonlySet<number>; readonly shape: PointRegion['shape'] }
  /** Not these points. */
  readonly excluded?: ReadonlySet<number>
}
export const noFilters: PointFilters = { ranges: {}, infeasibleToo: false }

/** Indices of the points of a frame that pass, in the frame's order. A loop for each filter: over 100,000 points one for all is slower. */
export function filterPoints(frame: PointFrame, filters: PointFilters): Uint32Array {
  const { size, id } = frame
  const passes = filters.infeasibleToo ? new Uint8Array(size).fill(1) : frame.feasible.slice()
  for (const [name, [least, most]] of Object.entries(filters.ranges)) {
    const values = frame.metrics[name as PointMetricName]
    for (let index = 0; index < size; index++)
      if (!(values[index]! >= least && values[index]! <= most)) passes[index] = 0
  }
  const sources = filters.sources && new Set(filters.sources)
  const { workload, kept, excluded } = filters
  if (sources !== undefined || workload !== undefined) {
    const isShown = (source: string): boolean =>
      (!sources || sources.has(source)) &&
      (workload === undefined || workloadOfSource(source) === (workload ?? undefined))
    const known = new Map([...new Set(frame.source)].map((source) => [source, isShown(source)]))
    for (let index = 0; index < size; index++) if (!known.get(frame.source[index]!)) passes[index] = 0
  }
  if (kept) for (let index = 0; index < size; index++) if (!kept.ids.has(id[index]!)) passes[index] = 0
  if (excluded) for (let index = 0; index < size; index++) if (excluded.has(id[index]!)) passes[index] = 0
  const passing = new Uint32Array(size)
  let count = 0
  for (let index = 0; index < size; index++) if (passes[index] === 1) passing[count++] = index
  return passing.subarray(0, count)
}

/** A filter in words, and the filters without it. */
export interface FilterChip {
  readonly text: string
  readonly without: PointFilters
}

/** Every filter in force, so that none acts unseen. */
export function filterChips(filters: PointFilters): FilterChip[] {
  const { kept, excluded, sources, ...rest } = filters
  const optional = (omit: 'kept' | 'excluded' | 'sources'): PointFilters => {
    const { [omit]: _gone, ...others } = filters
    return others
  }
  return [
    ...Object.entries(rest.ranges).map(([key, [least, most]]) => {
      const metric = metricOf(key as PointMetricName)
      const { [key as PointMetricName]: _gone, ...ranges } = rest.ranges
      const text =
        least === -Infinity
          ? `${metric.title} ≤ ${metric.format(most)}`
          : most === Infinity
            ? `${metric.title} ≥ ${metric.format(least)}`
            : `${metric.title} ${metric.format(least)} to ${metric.format(most)}`
      return { text, without: { ...filters, ranges } }
    }),
    ...(sources ? [{ text: `from ${sources.join(', ')}`, without: optional('sources') }] : []),
    ...(kept ? [{ text: `only ${pointsInWords(kept.ids.size, kept.shape)}`, without: optional('kept') }] : []),
    ...(excluded ? [{ text: `without ${excluded.size} excluded`, without: optional('excluded') }] : []),
    ...(rest.infeasibleToo ? [{ text: 'infeasible ones, too', without: { ...filters, infeasibleToo: false } }] : [])
  ]
}
