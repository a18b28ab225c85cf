import type { StoredPoint } from './run-record.ts'

/** Points of a run, one array per quantity, in the order in which they were kept. */
export interface PointColumns {
  readonly id: Float64Array
  readonly ordinal: Float64Array
  readonly source: readonly string[]
  readonly label: readonly string[]
  /** 1 where the run counts the point to its front. */
  readonly onFront: Uint8Array
  /** 1 where the point fits its chip. */
  readonly feasible: Uint8Array
  readonly tokensPerSecond: Float64Array
  readonly iterationTime_s: Float64Array
  /** The upper estimate. */
  readonly power_W: Float64Array
  readonly peakMemory_B: Float64Array
  /** Not a number where it is not known. */
  readonly area_mm2: Float64Array
  /** Not a number where it is not known. */
  readonly cost_usd: Float64Array
}

export const pointColumns = (points: readonly StoredPoint[]): PointColumns => {
  const numbers = (of: (point: StoredPoint) => number): Float64Array => Float64Array.from(points, of)
  return {
    id: numbers(({ id }) => id),
    ordinal: numbers(({ ordinal }) => ordinal),
    source: points.map(({ source }) => source),
    label: points.map(({ label }) => label),
    onFront: Uint8Array.from(points, ({ onFront }) => Number(onFront)),
    feasible: Uint8Array.from(points, ({ evaluation }) => Number(evaluation.feasible)),
    tokensPerSecond: numbers(({ evaluation }) => evaluation.tokensPerSecond),
    iterationTime_s: numbers(({ evaluation }) => evaluation.iterationTime_s),
    power_W: numbers(({ evaluation }) => evaluation.power_W.high),
    peakMemory_B: numbers(({ evaluation }) => evaluation.memory_B.peak),
    area_mm2: numbers(({ area_mm2 }) => area_mm2 ?? Number.NaN),
    cost_usd: numbers(({ cost_usd }) => cost_usd ?? Number.NaN)
  }
}
