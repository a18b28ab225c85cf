import type { Projection } from '../optimization/label-set.ts'
import type { FrontierRequest } from './layer-frontier.ts'
import { layerRecomputations, stepVectors, type StepRequest } from './step-choices.ts'

/** What the least of a layer is asked for. */
export type LeastRequest = Pick<
  FrontierRequest,
  'model' | 'layerClass' | 'residual' | 'space' | 'recompute' | 'price' | 'logitsHeld' | 'allows'
>

/** Choices of one step: from each layout of its source those that can be least, with where they lead. */
interface StepLevel {
  /** By slot of the layout before: which group of choices it has. */
  readonly groups: Int32Array
  /** By group: where its choices begin; one more entry is the end of the last. */
  readonly starts: Int32Array
  /** By choice: slot of the layout behind, and costs one after another. */
  readonly slots: Int32Array
  readonly costs: Float64Array
  /** Slots of the layouts behind. */
  readonly width: number
}

/** Only these columns decide: whatever their weights, if none is negative, one of the choices that no other beats is least. */
const only = (columns: readonly number[]): Projection => ({
  size: columns.length,
  project(costs, into) {
    for (const [index, column] of columns.entries()) into[index] = costs[column]!
  }
})

/** The steps of a layer with all choices that can matter, worked out once and asked for many weights. */
class LeastSteps {
  readonly #levels: StepLevel[] = []
  readonly #before: Float64Array
  readonly #behind: Float64Array
  readonly #weighed: Float64Array

  readonly #columns: number

  constructor(request: StepRequest, columns: readonly number[]) {
    const { model, layerClass, residual } = request
    this.#columns = columns.length
    let layouts = [residual]
    for (const [index, step] of model.context.workload.classes[layerClass]!.steps.entries()) {
      const sources = step.source === 'previous' ? layouts : [residual]
      const vectors = sources.map((source) => stepVectors(request, only(columns), index, source))
      const all = vectors.flat()
      const next = [...new Set(all.map(({ layout }) => layout))]
      const slotOf = new Map(next.map((layout, slot) => [layout, slot]))
      const starts = new Int32Array(sources.length + 1)
      for (const [group, choices] of vectors.entries()) starts[group + 1] = starts[group]! + choices.length
      const costs = new Float64Array(all.length * columns.length)
      for (const [at, { coordinates }] of all.entries()) costs.set(coordinates, at * columns.length)
      this.#levels.push({
        groups: Int32Array.from(layouts, (_layout, slot) => (sources.length > 1 ? slot : 0)),
        starts,
        slots: Int32Array.from(all, ({ layout }) => slotOf.get(layout)!),
        costs,
        width: next.length
      })
      layouts = next
    }
    const widest = Math.max(1, ...this.#levels.map(({ width }) => width))
    this.#before = new Float64Array(widest)
    this.#behind = new Float64Array(widest)
    this.#weighed = new Float64Array(Math.max(1, ...this.#levels.map(({ slots }) => slots.length)))
  }

  /** Least weighted sum over all plans; Infinity where none is legal. */
  least(weights: readonly number[]): number {
    let before = this.#before
    let behind = this.#behind
    let width = 1
    before[0] = 0
    for (const level of this.#levels) {
      this.#weigh(level, weights)
      behind.fill(Infinity, 0, level.width)
      for (let slot = 0; slot < width; slot++) {
        const group = level.groups[slot]!
        const end = level.starts[group + 1]!
        for (let choice = level.starts[group]!; choice < end; choice++) {
          const sum = before[slot]! + this.#weighed[choice]!
          if (sum < behind[level.slots[choice]!]!) behind[level.slots[choice]!] = sum
        }
      }
      ;[before, behind] = [behind, before]
      width = level.width
    }
    let least = Infinity
    for (let slot = 0; slot < width; slot++) least = Math.min(least, before[slot]!)
    return least
  }

  #weigh({ slots, costs }: StepLevel, weights: readonly number[]): void {
    for (let choice = 0, at = 0; choice < slots.length; choice++) {
      let sum = 0
      for (let index = 0; index < this.#columns; index++) sum += weights[index]! * costs[at++]!
      this.#weighed[choice] = sum
    }
  }
}

/** The least of weighted sums of costs that any plan of a layer has: bounds on what a stage can do with the layers it is given. */
export class LeastLayer {
  readonly #ways: readonly LeastSteps[]

  /** @param columns of costs that weights are for, all of which add up over the steps of a layer */
  constructor(request: LeastRequest, columns: readonly number[]) {
    const { model, layerClass, recompute } = request
    const { hasAttention } = model.context.workload.classes[layerClass]!
    this.#ways = layerRecomputations(recompute, hasAttention).map(
      (way) => new LeastSteps({ ...request, recompute: way }, columns)
    )
  }

  /** @param weights one for each column, none negative; @returns Infinity where no plan is legal */
  least(weights: readonly number[]): number {
    return this.#ways.reduce((least, way) => Math.min(least, way.least(weights)), Infinity)
  }
}
