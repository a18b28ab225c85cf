/** How many evaluations a second a job makes, by its last few seconds. */
export class JobRate {
  readonly #window_s: number
  #samples: { readonly at_s: number; readonly evaluations: number }[] = []

  constructor(window_s = 5) {
    this.#window_s = window_s
  }

  /** Evaluations per second with this observation; a count that falls, as with a new engine, starts anew. */
  observe(at_s: number, evaluations: number): number {
    if (evaluations < (this.#samples.at(-1)?.evaluations ?? 0)) this.#samples = []
    this.#samples.push({ at_s, evaluations })
    while (this.#samples.length > 2 && this.#samples[1]!.at_s < at_s - this.#window_s) this.#samples.shift()
    const first = this.#samples[0]!
    return at_s > first.at_s ? (evaluations - first.evaluations) / (at_s - first.at_s) : 0
  }
}
