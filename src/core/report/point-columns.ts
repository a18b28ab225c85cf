import type { StoredPoint } from './run-record.ts'

/** Points of a run, one array per quantity, in the order in which they were kept. */
export interface PointColumns {
  readonly id: readonly number[]
  readonly ordinal: readonly number[]
  readonly source: readonly string[]
  readonly label: readonly string[]
  readonly onFront: readonly boolean[]
  readonly feasible: readonly boolean[]
  readonly tokensPerSecond: readonly number[]
  readonly iterationTime_s: readonly number[]
  /** The upper estimate. */
  readonly power_W: readonly number[]
  readonly peakMemory_B: readonly number[]
  readonly area_mm2: readonly (number | null)[]
  readonly cost_usd: readonly (number | null)[]
}

export const pointColumns = (points: readonly StoredPoint[]): PointColumns => ({
  id: points.map(({ id }) => id),
  ordinal: points.map(({ ordinal }) => ordinal),
  source: points.map(({ source }) => source),
  label: points.map(({ label }) => label),
  onFront: points.map(({ onFront }) => onFront),
  feasible: points.map(({ evaluation }) => evaluation.feasible),
  tokensPerSecond: points.map(({ evaluation }) => evaluation.tokensPerSecond),
  iterationTime_s: points.map(({ evaluation }) => evaluation.iterationTime_s),
  power_W: points.map(({ evaluation }) => evaluation.power_W.high),
  peakMemory_B: points.map(({ evaluation }) => evaluation.memory_B.peak),
  area_mm2: points.map(({ area_mm2 }) => area_mm2 ?? null),
  cost_usd: points.map(({ cost_usd }) => cost_usd ?? null)
})
