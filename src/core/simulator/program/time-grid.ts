/** Ticks of the horizon, as a power of two: sums stay exact up to 16 times the horizon, and each wait is off by 1e-15 of it at most. */
const TICKS = 49

/**
 * Times as whole multiples of a tick, a power of two so small that sums of them are exact in double precision. What follows from a state
 * then depends on the times until things happen and not on the hour: a simulation that is moved on by some repetitions goes on to
 * the last bit as one that ran through them. Without it rounding differs, and where stages share links a difference in the last bit can grow
 * until transfers meet in another order.
 */
export class TimeGrid {
  readonly #tick_s: number

  /** @param horizon_s about as long as what is simulated, or as it would take on idle links; positive */
  constructor(horizon_s: number) {
    this.#tick_s = 2 ** (Math.ceil(Math.log2(horizon_s)) - TICKS)
  }

  /** The time on the grid that is nearest to some seconds after another one on it. */
  after(now_s: number, wait_s: number): number {
    return now_s + Math.round(wait_s / this.#tick_s) * this.#tick_s
  }
}
