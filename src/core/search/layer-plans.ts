import type { MappingSpace } from '../mapping/mapping-space.ts'
import type { Projection } from '../optimization/label-set.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { logitsInFlight, splitsBackward } from '../simulator/schedule.ts'
import type { Workload } from '../workload/workload.ts'
import type { Effort } from './effort.ts'
import type { Goal } from './goal.ts'
import { layerFrontier, type LayerFrontier } from './layer-frontier.ts'
import { LeastLayer, type LeastRequest } from './least-layer.ts'
import type { OuterGenes } from './outer-genes.ts'
import { tableFilter } from './table-cuts.ts'
import { WEIGHED } from './variant-bound.ts'

/** Whose plans are looked for: a class of layers under some outer genes and a layout of the residual stream. */
export interface PlansOf {
  readonly model: CostModel
  /** Names the model among those of a search; the speed of its dies left out. */
  readonly key: string
  readonly genes: OuterGenes
  readonly residual: number
  readonly layerClass: number
  /** How embedding and head cut the table that they share; undefined where they share none. */
  readonly tableCut: string | undefined
}

/** Plans of layers that one search has looked for, remembered: many combinations ask for the same. */
export class LayerPlans {
  readonly #workload: Workload
  readonly #space: MappingSpace
  readonly #effort: Effort
  readonly #goal: Goal
  readonly #least = new Map<string, LeastLayer>()
  readonly #frontiers = new Map<string, LayerFrontier>()

  constructor(workload: Workload, space: MappingSpace, effort: Effort, goal: Goal) {
    this.#workload = workload
    this.#space = space
    this.#effort = effort
    this.#goal = goal
  }

  /** Least costs of any plan, {@link WEIGHED}. */
  least(of: PlansOf): LeastLayer {
    const name = this.#nameOf(of)
    let known = this.#least.get(name)
    if (!known) {
      known = new LeastLayer(this.#requestFor(of), WEIGHED.slice(0, this.#goal ? undefined : -1))
      this.#least.set(name, known)
    }
    return known
  }

  /** Plans that can be best, as many as the effort keeps. @param projection what decides where the stage is known */
  frontier(of: PlansOf, projection?: Projection): LayerFrontier {
    const splits = splitsBackward(of.genes.schedule)
    const name = `${this.#nameOf(of)}${splits ? 'w' : ''}`
    // What suits one stage of one combination is not looked for again.
    let known = projection ? undefined : this.#frontiers.get(name)
    if (!known) {
      const isLayer = this.#workload.classes[of.layerClass]!.hasAttention
      const limit = isLayer ? this.#effort.frontier : Math.min(6, this.#effort.frontier === Infinity ? Infinity : 6)
      known = layerFrontier({ ...this.#requestFor(of), limit, splits, ...(projection && { projection }) })
      if (!projection) this.#frontiers.set(name, known)
    }
    return known
  }

  #nameOf({ model, key, genes, residual, layerClass, tableCut }: PlansOf): string {
    const { hasAttention } = this.#workload.classes[layerClass]!
    const logitsHeld = logitsInFlight(genes.schedule, genes.microBatches)
    return `${key}c${layerClass}a${genes.recompute}r${residual}t${hasAttention ? '' : tableCut}l${logitsHeld}s${model.context.speed ?? 1}`
  }

  #requestFor({ model, genes, residual, layerClass, tableCut }: PlansOf): LeastRequest {
    const { recompute, schedule, shape, replicas, microBatches, stages } = genes
    const allows =
      tableCut === undefined ? undefined : tableFilter(model, this.#workload.classes[layerClass]!.name, tableCut)
    return {
      model,
      layerClass,
      residual,
      space: this.#space,
      recompute,
      logitsHeld: logitsInFlight(schedule, microBatches),
      price: this.#goal && {
        goal: this.#goal,
        dies: shape.region.rows * shape.region.columns * replicas,
        microBatches,
        timeWeight: (microBatches + stages - 1) / stages
      },
      ...(allows && { allows })
    }
  }
}
