/** Choices of a step, one after another in each column. */
export interface StepChoices {
  readonly count: number
  /** Where each leads. */
  readonly layouts: readonly number[]
  readonly roles: readonly number[]
  readonly masks: readonly number[]
  /** Of the projection asked for; as many for each choice as that has. */
  readonly coordinates: Float64Array
  readonly costs: Float64Array
  /** Of each choice. */
  readonly costColumns: number
}

/** Filled anew for every step, as most of what is tried is beaten at once. */
export class ChoiceColumns implements StepChoices {
  count = 0
  readonly layouts: number[] = []
  readonly roles: number[] = []
  readonly masks: number[] = []
  coordinates: Float64Array = new Float64Array(1024)
  costs: Float64Array = new Float64Array(1024)
  readonly costColumns: number
  readonly #isBeaten: boolean[] = []

  constructor(costColumns: number) {
    this.costColumns = costColumns
  }

  clear(): void {
    this.count = 0
  }

  /** Adds a choice that none with the same layout behind beats. */
  add(layout: number, roles: number, mask: number, costs: Float64Array, coordinates: Float64Array, size: number): void {
    for (let other = 0; other < this.count; other++)
      if (this.layouts[other] === layout && dominatesAt(this.coordinates, other * size, coordinates, 0, size)) return
    const at = this.count++
    this.layouts[at] = layout
    this.roles[at] = roles
    this.masks[at] = mask
    this.coordinates = withRoom(this.coordinates, this.count * size)
    this.costs = withRoom(this.costs, this.count * this.costColumns)
    for (let index = 0; index < size; index++) this.coordinates[at * size + index] = coordinates[index]!
    for (let index = 0; index < this.costColumns; index++) this.costs[at * this.costColumns + index] = costs[index]!
  }

  /** Leaves out what a later choice beats. */
  tidy(size: number): void {
    const { coordinates, layouts } = this
    for (let one = 0; one < this.count; one++) {
      this.#isBeaten[one] = false
      for (let other = one + 1; other < this.count && !this.#isBeaten[one]; other++)
        this.#isBeaten[one] =
          layouts[other] === layouts[one] &&
          dominatesAt(coordinates, other * size, coordinates, one * size, size) &&
          !dominatesAt(coordinates, one * size, coordinates, other * size, size)
    }
    let kept = 0
    for (let one = 0; one < this.count; one++) {
      if (this.#isBeaten[one]) continue
      if (kept < one) {
        layouts[kept] = layouts[one]!
        this.roles[kept] = this.roles[one]!
        this.masks[kept] = this.masks[one]!
        coordinates.copyWithin(kept * size, one * size, (one + 1) * size)
        this.costs.copyWithin(kept * this.costColumns, one * this.costColumns, (one + 1) * this.costColumns)
      }
      kept++
    }
    this.count = kept
  }
}

function dominatesAt(a: Float64Array, from: number, b: Float64Array, to: number, size: number): boolean {
  for (let index = 0; index < size; index++) if (a[from + index]! > b[to + index]!) return false
  return true
}

/** A column with room for so many numbers. */
export function withRoom(column: Float64Array, length: number): Float64Array {
  if (length <= column.length) return column
  const grown = new Float64Array(2 * length)
  grown.set(column)
  return grown
}
