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

/** Indices of the points of a frame that pass, in the frame's order. */
export function filterPoints(frame: PointFrame, filters: PointFilters): Uint32Array {
  const ranges = Object.entries(filters.ranges).map(([name, [least, most]]) => ({
    values: frame.metrics[name as PointMetricName],
    least,
    most
  }))
  const { kept, excluded, infeasibleToo } = filters
  const sources = filters.sources && new Set(filters.sources)
  const { workload } = filters
  const passing = new Uint32Array(frame.size)
  let count = 0
  next: for (let index = 0; index < frame.size; index++) {
    if (!infeasibleToo && frame.feasible[index] === 0) continue
    for (const { values, least, most } of ranges) {
      const value = values[index]!
      if (!(value >= least && value <= most)) continue next
    }
    if (sources && !sources.has(frame.source[index]!)) continue
    if (workload !== undefined && workloadOfSource(frame.source[index]!) !== (workload ?? undefined)) continue
    if (kept && !kept.ids.has(frame.id[index]!)) continue
    if (excluded?.has(frame.id[index]!)) continue
    passing[count++] = index
  }
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
