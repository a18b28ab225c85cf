/** How thoroughly to search. */
export interface Effort {
  /** Plans kept per state of the layer's dynamic programme; Infinity is exact. */
  readonly frontier: number
  /** Outer gene combinations solved at most; the certificate counts those left out. */
  readonly combinations: number
  /** Layers a stage may have more or fewer than its equal share; Infinity is exact. */
  readonly unevenness: number
}

/** Every combination that bounds do not exclude, frontiers unthinned, any stage cut: for small spaces. */
export const EXACT: Effort = { frontier: Infinity, combinations: Infinity, unevenness: Infinity }
export const THOROUGH: Effort = { frontier: 24, combinations: 4000, unevenness: 2 }

export const QUICK: Effort = { frontier: 8, combinations: 80, unevenness: 1 }
