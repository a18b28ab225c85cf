import { dominates } from './pareto.ts'

/** A partial solution of a multi-objective dynamic programme: its costs (smaller is better) and where it came from. */
export interface Label<Choice> {
  readonly costs: Float64Array
  /** What decides whether another beats it, made of its costs. */
  readonly coordinates: Float64Array
  readonly choice: Choice
  readonly parent: Label<Choice> | undefined
}

/** Scalar views of the costs by which an overfull set is thinned; each keeps its best label. */
export type Scalarization = (costs: Float64Array) => number

/** What of costs decides: a label beats another that is no less in any coordinate, now and after whatever is added to both. */
export interface Projection {
  readonly size: number
  project(costs: Float64Array, into: Float64Array): void
}

/**
 * Labels none of which another beats. Above `limit` labels only the best one of each scalarization stays: then the set is no longer
 * complete, which `thinned` tells.
 */
export class LabelSet<Choice> {
  labels: Label<Choice>[] = []
  thinned = false
  readonly #limit: number
  readonly #scalarizations: readonly Scalarization[]
  readonly #projection: Projection
  readonly #scratch: Float64Array

  constructor(limit: number, scalarizations: readonly Scalarization[], projection: Projection) {
    this.#limit = limit
    this.#scalarizations = scalarizations
    this.#projection = projection
    this.#scratch = new Float64Array(projection.size)
  }

  add(costs: Float64Array, choice: Choice, parent: Label<Choice> | undefined): void {
    const { labels } = this
    const { size } = this.#projection
    this.#projection.project(costs, this.#scratch)
    for (let i = 0; i < labels.length; i++) if (dominates(labels[i]!.coordinates, this.#scratch, size)) return
    let kept = 0
    for (let i = 0; i < labels.length; i++)
      if (!dominates(this.#scratch, labels[i]!.coordinates, size)) labels[kept++] = labels[i]!
    labels.length = kept
    labels.push({ costs, coordinates: this.#scratch.slice(), choice, parent })
    if (labels.length > 2 * this.#limit) this.#thin()
  }

  /** The labels, at most `limit` of them. */
  finish(): readonly Label<Choice>[] {
    if (this.labels.length > this.#limit) this.#thin()
    return this.labels
  }

  #thin(): void {
    const chosen = new Set<Label<Choice>>()
    for (const scalarization of this.#scalarizations) {
      let best: Label<Choice> | undefined
      let least = Infinity
      for (const label of this.labels) {
        const value = scalarization(label.costs)
        if (value < least) {
          least = value
          best = label
        }
      }
      if (best) chosen.add(best)
    }
    this.thinned = true
    this.labels = [...chosen]
  }
}
