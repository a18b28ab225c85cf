/** How fast a job has been moving: two exponentially weighted rates, a quick and a slow one, and when it moved last. */
export interface Pace {
  readonly elapsed_s: number
  readonly share: number
  readonly movedAt_s: number
  readonly quick: WeightedRate
  readonly slow: WeightedRate
}

/** Share gained and time taken, both fading with their age: their quotient is the rate. */
interface WeightedRate {
  readonly share: number
  readonly time_s: number
}

/** What is left: a range, or words that say why there is none. */
export type Remaining =
  | { readonly kind: 'range'; readonly low_s: number; readonly high_s: number }
  | { readonly kind: 'unknown'; readonly reason: string }

/** Time constants: the quick rate forgets what is older than a quarter of a minute, the slow one looks back over two. */
const QUICK_s = 15
const SLOW_s = 120
/** A job that has not moved for this long, and for this share of its life, has no pace to go by. */
const STILL_s = 20
const STILL_SHARE = 0.25
/** A range is at least this wide to either side, because a share need not grow evenly however evenly it has. */
const SPREAD = 0.2

const still: WeightedRate = { share: 0, time_s: 0 }
/** @param elapsed_s when a job goes on that has run before */
export const paceFrom = (elapsed_s = 0, share = 0): Pace => ({
  elapsed_s,
  share,
  movedAt_s: elapsed_s,
  quick: still,
  slow: still
})

const faded = ({ share, time_s }: WeightedRate, gained: number, passed_s: number, constant_s: number): WeightedRate => {
  const keep = Math.exp(-passed_s / constant_s)
  return { share: share * keep + gained, time_s: time_s * keep + passed_s }
}

/** The pace with one more observation; a share that falls, or a clock that stands, says nothing. */
export function paceAfter(pace: Pace, elapsed_s: number, share: number): Pace {
  const passed_s = elapsed_s - pace.elapsed_s
  if (!(passed_s > 0)) return pace
  const gained = Math.max(0, share - pace.share)
  return {
    elapsed_s,
    share: pace.share + gained,
    movedAt_s: gained > 0 ? elapsed_s : pace.movedAt_s,
    quick: faded(pace.quick, gained, passed_s, QUICK_s),
    slow: faded(pace.slow, gained, passed_s, SLOW_s)
  }
}

const rateOf = ({ share, time_s }: WeightedRate): number => (time_s > 0 ? share / time_s : 0)

/**
 * How long a job still takes to its own end, whatever time limit it has: what is left at the quicker and at the slower of its rates. A
 * share is what the job says of itself and need not grow evenly, so this is a range and not a promise.
 */
export function remainingTime(pace: Pace): Remaining {
  const stood_s = pace.elapsed_s - pace.movedAt_s
  const rates = [rateOf(pace.quick), rateOf(pace.slow)]
  const slowest = Math.min(...rates)
  const stands = stood_s > Math.max(STILL_s, STILL_SHARE * pace.elapsed_s)
  if (!(slowest > 0) || stands) {
    const reason =
      stood_s <= STILL_s
        ? `no estimate yet: it has just ${pace.share === 0 ? 'begun' : 'gone on'}`
        : `no estimate: no measurable progress for ${Math.round(stood_s)} s`
    return { kind: 'unknown', reason }
  }
  const rest = Math.max(0, 1 - pace.share)
  return {
    kind: 'range',
    low_s: rest / (Math.max(...rates) * (1 + SPREAD)),
    high_s: (rest / slowest) * (1 + SPREAD)
  }
}
