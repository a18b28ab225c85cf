import { foldsChain } from '../mapping/chain-order.ts'
import type { Workload } from '../workload/workload.ts'
import type { CostModel } from './cost-model.ts'
import { costModelOf, type ContextGenes } from './design.ts'
import type { Machine } from './machine.ts'

/** Models that are kept at once: more than a search goes back and forth between. */
const MOST_MODELS = 128

/** Cost models of one workload on one machine, by the outer genes that they are made from; those not asked for longest are forgotten. */
export class CostModels {
  readonly #workload: Workload
  readonly #machine: Machine
  readonly #known = new Map<string, CostModel>()

  constructor(workload: Workload, machine: Machine) {
    this.#workload = workload
    this.#machine = machine
  }

  of(genes: ContextGenes): CostModel {
    const { region, microBatch, zeroStage, expertParallel, collectives, placement, schedule } = genes
    // On one wafer all regions are alike, so places matter only for what replicas say to each other, and how many there are for whether
    // both ends of the model are one stage.
    const { chip } = this.#machine
    const isAlone = placement.length === 1 && chip.kind === 'wafer' && chip.wafers === 1
    const placed = isAlone ? placement[0]!.length : placement
    const folds = foldsChain(schedule)
    const key = JSON.stringify([region, microBatch, zeroStage, expertParallel, collectives, folds, placed])
    let model = this.#known.get(key)
    if (model) this.#known.delete(key)
    else {
      model = costModelOf(this.#workload, this.#machine, genes)
      if (this.#known.size >= MOST_MODELS) this.#known.delete(this.#known.keys().next().value!)
    }
    this.#known.set(key, model)
    return model
  }
}
