import type { Genome } from './gene.ts'

/** A wafer of the space that can be built and can hold the workloads. */
export interface PromisingWafer {
  readonly genome: Genome
  /** Most that the objective makes of it, whatever its mappings. */
  readonly promise: number
}

/** Wafers that may be the best by their bounds, whether a known mapping fits or not. Plain JSON data. */
export interface PromisingWafers {
  /** The most promising first. */
  readonly promising: readonly PromisingWafer[]
  /** No wafer that was left out promises more; null where none was. */
  readonly restPromise: number | null
}

/** Most wafers that are told. */
const MOST_TOLD = 64

/** The most promising of wafers that come one after the other; however many come, it holds no more than twice as many as it tells. */
export class MostPromising {
  #kept: PromisingWafer[] = []
  #rest: number | null = null

  add(wafer: PromisingWafer): void {
    this.#kept.push(wafer)
    if (this.#kept.length === 2 * MOST_TOLD) this.#thin()
  }

  told(): PromisingWafers {
    this.#thin()
    return { promising: [...this.#kept], restPromise: this.#rest }
  }

  #thin(): void {
    this.#kept.sort((a, b) => b.promise - a.promise)
    const left = this.#kept.splice(MOST_TOLD)
    if (left.length > 0) this.#rest = Math.max(this.#rest ?? -Infinity, left[0]!.promise)
  }
}
