import type { Evaluation } from '../simulator/evaluation.ts'
import { timeCategories } from './categories.ts'

export interface WaterfallStep {
  readonly key: string
  readonly name: string
  /** Negative where the second design is faster. */
  readonly change: number
}

/** From one design's time to another's, category by category. */
export interface TimeWaterfall {
  readonly from: number
  readonly to: number
  /** Those that are not the same in both; they sum to `to` − `from`. */
  readonly steps: readonly WaterfallStep[]
  /** What the numbers are of: a step, or a token where the steps are not the same work. */
  readonly of: 'step' | 'token'
}

/** Of the longer of two steps: what sums of the same parts in another order differ by. */
const ROUNDING = 1e-13

const tokensPerStep = ({ tokensPerSecond, iterationTime_s }: Evaluation): number => tokensPerSecond * iterationTime_s

/**
 * Why one design takes another time than a second: the change of each category of time. The parts are exact: categories sum to the
 * iteration time, so their changes sum to the difference. Where a step of the two is not the same work (another global batch or sequence
 * length), seconds per token are compared instead of seconds per step.
 */
export function timeWaterfall(from: Evaluation, to: Evaluation): TimeWaterfall {
  const perToken = Math.abs(tokensPerStep(from) / tokensPerStep(to) - 1) > 1e-9
  const [fromScale, toScale] = perToken ? [1 / tokensPerStep(from), 1 / tokensPerStep(to)] : [1, 1]
  const [before, after] = [from.iterationTime_s * fromScale, to.iterationTime_s * toScale]
  const noise = ROUNDING * Math.max(before, after)
  const steps = timeCategories.flatMap(([key, name]) => {
    const change = to.time_s[key] * toScale - from.time_s[key] * fromScale
    return Math.abs(change) <= noise ? [] : [{ key: `${key}_s`, name, change }]
  })
  return {
    from: before,
    to: after,
    steps,
    of: perToken ? 'token' : 'step'
  }
}
