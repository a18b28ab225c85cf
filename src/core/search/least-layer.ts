import type { Projection } from '../optimization/label-set.ts'
import type { Step } from '../workload/operator.ts'
import type { FrontierRequest } from './layer-frontier.ts'
import { layerRecomputations, stepChoices, type StepRequest } from './step-choices.ts'

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

/** Choices of a step from one layout before: layouts behind, and costs one after another. */
interface LeastChoices {
  readonly layouts: readonly number[]
  readonly costs: Float64Array
}

/** Choices worked out before, for layers that have steps in common: with another layout of the residual stream, or with experts elsewhere. */
export interface LeastMemory {
  readonly choices: Map<string, LeastChoices>
  /** What the costs of a step depend on beside what a model is made for. */
  readonly nameOf: (step: Step) => string
}

/** Only these columns decide: whatever their weights, if none is negative, one of the choices that no other beats is least. */
const only = (columns: readonly number[]): Projection => ({
  size: columns.length,
  project(costs, into) {
    for (let index = 0; index < columns.length; index++) into[index] = costs[columns[index]!]!
  }
})

/** The steps of a layer with all choices that can matter, worked out once and asked for many weights. */
class LeastSteps {
  readonly #levels: StepLevel[] = []
  readonly #before: Float64Array
  readonly #behind: Float64Array
  readonly #weighed: Float64Array

  readonly #columns: number

  constructor(request: StepRequest, columns: readonly number[], memory: LeastMemory | undefined) {
    const { model, layerClass, residual } = request
    this.#columns = columns.length
    let layouts = [residual]
    for (const [index, step] of model.context.workload.classes[layerClass]!.steps.entries()) {
      const sources = step.source === 'previous' ? layouts : [residual]
      const starts = new Int32Array(sources.length + 1)
      const next: number[] = []
      const slots: number[] = []
      const costs: number[] = []
      for (const [group, source] of sources.entries()) {
        const choices = this.#choicesOf(request, columns, index, source, memory)
        for (const layout of choices.layouts) {
          let slot = next.indexOf(layout)
          if (slot < 0) slot = next.push(layout) - 1
          slots.push(slot)
        }
        for (const cost of choices.costs) costs.push(cost)
        starts[group + 1] = slots.length
      }
      this.#levels.push({
        groups: Int32Array.from(layouts, (_layout, slot) => (sources.length > 1 ? slot : 0)),
        starts,
        slots: Int32Array.from(slots),
        costs: Float64Array.from(costs),
        width: next.length
      })
      layouts = next
    }
    const widest = Math.max(1, ...this.#levels.map(({ width }) => width))
    this.#before = new Float64Array(widest)
    this.#behind = new Float64Array(widest)
    this.#weighed = new Float64Array(Math.max(1, ...this.#levels.map(({ slots }) => slots.length)))
  }

  #choicesOf(
    request: StepRequest,
    columns: readonly number[],
    index: number,
    source: number,
    memory: LeastMemory | undefined
  ): LeastChoices {
    const { model, layerClass, residual, recompute } = request
    const name =
      memory &&
      [
        layerClass,
        index,
        source,
        model.ignoresResidual(layerClass, index) ? '' : residual,
        recompute,
        memory.nameOf(model.context.workload.classes[layerClass]!.steps[index]!)
      ].join()
    const known = name && memory.choices.get(name)
    if (known) return known
    const { count, layouts, coordinates } = stepChoices(request, only(columns), index, source)
    const found = { layouts: layouts.slice(0, count), costs: coordinates.slice(0, count * columns.length) }
    if (name) memory.choices.set(name, found)
    return found
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

  /**
   * @param columns of costs that weights are for, all of which add up over the steps of a layer
   * @param memory shared with requests that differ in residual layout alone, and in what its names tell apart
   */
  constructor(request: LeastRequest, columns: readonly number[], memory?: LeastMemory) {
    const { model, layerClass, recompute } = request
    const { hasAttention } = model.context.workload.classes[layerClass]!
    this.#ways = layerRecomputations(recompute, hasAttention).map(
      (way) => new LeastSteps({ ...request, recompute: way }, columns, memory)
    )
  }

  /** @param weights one for each column, none negative; @returns Infinity where no plan is legal */
  least(weights: readonly number[]): number {
    return this.#ways.reduce((least, way) => Math.min(least, way.least(weights)), Infinity)
  }
}
