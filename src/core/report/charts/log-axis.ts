/** Fewer decades than these on an axis are divided at 2 and 5. */
const MANY_DECADES = 3

/** A logarithmic axis: where it begins and ends, and what stands at its ticks, all round. */
export interface LogAxis {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
}

/** Powers of ten times steps, in one rounding: 3e-7 rather than 3.0000000000000004e-7. */
const times = (step: number, decade: number): number => Number(`${step}e${decade}`)

/**
 * A logarithmic axis for what lies between two positive values that differ: whole decades at the ticks; where it spans few, 2 and 5 times them, too. It begins
 * and ends at a tick.
 */
export function logAxis(low: number, high: number): LogAxis {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const steps = last - first > MANY_DECADES ? [1] : [1, 2, 5]
  const all = Array.from({ length: last - first + 1 }, (_, at) => steps.map((step) => times(step, first + at))).flat()
  const begin = all.findLastIndex((tick) => tick <= low)
  const end = all.findIndex((tick) => tick >= high)
  const ticks = all.slice(Math.max(0, begin), end < 0 ? undefined : end + 1)
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks }
}
