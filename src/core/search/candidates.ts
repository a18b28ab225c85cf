import { PriorityQueue } from '../optimization/priority-queue.ts'
import { stepBound } from '../simulator/bounds.ts'
import type { Machine } from '../simulator/machine.ts'
import { hasSlowDies } from '../simulator/machine-defects.ts'
import type { Workload } from '../workload/workload.ts'
import type { Goal } from './goal.ts'
import type { LeastMemory } from './least-layer.ts'
import { outerGenesOf, shapesOf, type OuterGenes } from './outer-genes.ts'
import { fastestLayers, shapeKey, type FastestLayers } from './shape-frontiers.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'
import { leastWork_s, outerBound_s, outerWork_s } from './step-bound.ts'

/** Outer genes with a layout of the residual stream, and a time and a cost that no mapping with them can beat. */
export interface Candidate {
  readonly genes: OuterGenes
  readonly residual: number
  readonly bound_s: number
  /** The time's bound, with that of the work under an energy goal. */
  readonly leastCost_s: number
}

interface Refined extends Candidate {
  readonly layers: FastestLayers
  knowsMemory: boolean
}

/**
 * The combinations of a space, most promising first. Bounds come in three strengths: what the dies in use could do at best, for all; the
 * fastest plans on the shape, worked out only for combinations whose turn has come; and what memory makes of these, where a combination
 * would be next. A combination leaves the queue when no other
 * can have a smaller bound.
 */
export class Candidates {
  readonly total: number
  readonly #workload: Workload
  readonly #machine: Machine
  readonly #space: MappingSpace
  readonly #goal: Goal
  readonly #anySpeed: boolean
  readonly #leastWork_s: number
  #leastTime_s = Infinity
  readonly #rough: readonly { readonly genes: OuterGenes; readonly bound_s: number }[]
  #next = 0
  readonly #refined = new PriorityQueue<Refined>()
  readonly #fastest = new Map<string, readonly FastestLayers[]>()
  /** By shape; how experts lie changes few. */
  readonly #choices = new Map<string, LeastMemory['choices']>()

  /** @param anySpeed bounds hold on dies of less than full speed as well */
  constructor(workload: Workload, machine: Machine, space: MappingSpace, goal?: Goal, anySpeed = hasSlowDies(machine)) {
    this.#goal = goal
    this.#anySpeed = anySpeed
    this.#leastWork_s = leastWork_s(workload, goal)
    this.#workload = workload
    this.#machine = machine
    this.#space = space
    const perfect = stepBound(workload, machine).iterationTime_s - machine.iterationOverhead_s
    // Even sharded over every die in use, the model's state must fit.
    const leastDies = (workload.training.optimizerBytesPerParameter * workload.parameters) / machine.capacity_B
    const diesOf = ({ replicas, stages, shape: { region } }: OuterGenes): number =>
      replicas * stages * region.rows * region.columns
    this.#rough = shapesOf(workload, machine, space)
      .flatMap((shape) => outerGenesOf(workload, machine, shape, space))
      .filter((genes) => diesOf(genes) >= leastDies)
      .map((genes, index) => {
        const bound_s = (perfect * machine.dies) / diesOf(genes) + machine.iterationOverhead_s
        return { genes, bound_s, index, fill: genes.stages / genes.schedule.virtualStages / genes.microBatches }
      })
      .sort((a, b) => a.bound_s - b.bound_s || a.fill - b.fill || a.index - b.index)
    this.total = this.#rough.length
  }

  /** Smallest bound on the cost of all combinations that have not been taken. */
  get least_s(): number {
    this.#refine()
    return this.#refined.least
  }

  /** A time that no combination at all can beat, taken or not: what is cheapest need not be fastest. */
  get leastTime_s(): number {
    this.#refine()
    return Math.min(this.#leastTime_s, this.#rough[this.#next]?.bound_s ?? Infinity)
  }

  take(): Candidate | undefined {
    this.#refine()
    return this.#refined.pop()
  }

  #refine(): void {
    for (;;) {
      this.#refineRough()
      const { first } = this.#refined
      if (!first || first.knowsMemory) return
      first.knowsMemory = true
      const bound_s = outerBound_s(this.#workload, this.#machine, first.genes, first.layers, this.#space, true)
      if (bound_s <= first.bound_s) continue
      this.#refined.pop()
      if (bound_s === Infinity) continue
      const leastCost_s = first.leastCost_s + bound_s - first.bound_s
      this.#refined.push(leastCost_s, { ...first, bound_s, leastCost_s })
    }
  }

  #refineRough(): void {
    while (
      this.#next < this.#rough.length &&
      this.#rough[this.#next]!.bound_s + this.#leastWork_s <= this.#refined.least
    ) {
      const { genes, bound_s } = this.#rough[this.#next++]!
      for (const layers of this.#fastestOf(genes)) {
        const refined_s = Math.max(bound_s, outerBound_s(this.#workload, this.#machine, genes, layers, this.#space))
        this.#leastTime_s = Math.min(this.#leastTime_s, refined_s)
        const leastCost_s = this.#goal ? refined_s + outerWork_s(this.#workload, this.#goal, layers) : refined_s
        this.#refined.push(leastCost_s, {
          genes,
          residual: layers.residual,
          bound_s: refined_s,
          leastCost_s,
          layers,
          knowsMemory: false
        })
      }
    }
  }

  #fastestOf(genes: OuterGenes): readonly FastestLayers[] {
    const key = `${shapeKey(genes.shape)}e${genes.expertParallel}`
    let known = this.#fastest.get(key)
    if (!known) {
      const shape = shapeKey(genes.shape)
      let choices = this.#choices.get(shape)
      if (!choices) this.#choices.set(shape, (choices = new Map()))
      known = fastestLayers(
        this.#workload,
        this.#machine,
        genes.shape,
        genes.expertParallel,
        this.#space,
        this.#goal,
        choices,
        this.#anySpeed
      )
      this.#fastest.set(key, known)
    }
    return known
  }
}
