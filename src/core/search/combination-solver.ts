import { foldsChain } from '../mapping/chain-order.ts'
import type { Projection } from '../optimization/label-set.ts'
import { bestStagePartition, type StageOption } from '../optimization/stage-partition.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { frameOf } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { stageSpeeds } from '../simulator/machine-defects.ts'
import { fillTransfers_s, type StepFrame } from '../simulator/pipeline.ts'
import type { Workload } from '../workload/workload.ts'
import { delayedMicroBatches, microBatchesInFlight } from '../simulator/schedule.ts'
import { modelAtSpeed } from '../simulator/stage-models.ts'
import { sharesTable } from '../simulator/tied-table.ts'
import { work_s, type Goal } from './goal.ts'
import { tableCuts } from './table-cuts.ts'
import type { LayerFrontier } from './layer-frontier.ts'
import { LayerPlans, type PlansOf } from './layer-plans.ts'
import type { LeastLayer } from './least-layer.ts'
import { type OuterGenes } from './outer-genes.ts'
import { framedGenes, stageLengths, stageRuns, type Solution, type StageLengths } from './solution.ts'
import { modelOf, shapeKey } from './shape-frontiers.ts'
import { MappingSpace } from '../mapping/mapping-space.ts'
import { stageMemory } from './step-bound.ts'
import { leastOf, variantBound_s } from './variant-bound.ts'
import { stageProjection } from './stage-projection.ts'
import { stageChoices, type ClassRun, type StageChoice } from './stage-options.ts'

import type { Effort } from './effort.ts'

/** What is known of a combination once it is looked at. */
export interface Solved {
  /** The best one found that is cheaper than the ceiling. */
  readonly solution: Solution | undefined
  /** What nothing is proved about costs at least so much; Infinity where "none" or "this one" is proved. */
  readonly open_s: number
}

const NOTHING: Solved = { solution: undefined, open_s: Infinity }

/** Room for the rounding of sums in comparisons that leave something out. */
const ROUNDING = 1e-9

/**
 * Lengths of stages that a solution below a ceiling can have: a stage takes all micro-batches through its layers at their fastest, and what one has
 * not the others have.
 */
function shortEnough(
  { least, most }: StageLengths,
  { stages }: OuterGenes,
  stack: number,
  layer_s: number,
  ceiling: number
): StageLengths {
  const longest = Math.min(most, Math.floor((ceiling / layer_s) * (1 + ROUNDING)))
  return { least: Math.max(least, stack - (stages - 1) * longest), most: longest }
}

/** Solves combinations of outer genes of one search, and remembers what they have in common. */
export class CombinationSolver {
  readonly #workload: Workload
  readonly #machine: Machine
  readonly #space: MappingSpace
  readonly #effort: Effort
  readonly #goal: Goal
  readonly #models = new Map<string, CostModel>()
  readonly #plans: LayerPlans

  constructor(workload: Workload, machine: Machine, space: MappingSpace, effort: Effort, goal: Goal) {
    this.#goal = goal
    this.#plans = new LayerPlans(workload, space, effort, goal)
    this.#workload = workload
    this.#machine = machine
    this.#space = space
    this.#effort = effort
  }

  /** The best solution of one combination that is cheaper than the ceiling. */
  solve(genes: OuterGenes, residual: number, ceiling: number): Solved {
    const key = `${shapeKey(genes.shape)}z${genes.zeroStage}d${genes.replicas}e${genes.expertParallel}p${genes.stages}${genes.order}${foldsChain(genes.schedule) ? 'v' : ''}`
    let model = this.#models.get(key)
    if (!model) this.#models.set(key, (model = modelOf(this.#workload, this.#machine, genes, this.#space)))
    if (!sharesTable(model)) return this.#solveWith(genes, model, key, residual, undefined, ceiling)
    // Embedding and logits use one table, so they must cut it alike: every cut is a problem of its own.
    let best: Solution | undefined
    let open_s = Infinity
    for (const cut of tableCuts(model, this.#space)) {
      const outcome = this.#solveWith(genes, model, key, residual, cut, best?.cost_s ?? ceiling)
      best = outcome.solution ?? best
      open_s = Math.min(open_s, outcome.open_s)
    }
    return { solution: best, open_s }
  }

  #solveWith(
    genes: OuterGenes,
    model: CostModel,
    key: string,
    residual: number,
    tableCut: string | undefined,
    ceiling: number
  ): Solved {
    const isExact = this.#effort.frontier === Infinity
    const plansOf = (layerClass: number): PlansOf => ({ model, key, genes, residual, layerClass, tableCut })
    const frontiersAt = (speed: number, projection?: Projection): readonly LayerFrontier[] =>
      this.#workload.classes.map((_layer, layerClass) =>
        this.#plans.frontier({ ...plansOf(layerClass), model: modelAtSpeed(model, speed) }, projection)
      )
    const speeds = stageSpeeds(this.#machine, framedGenes(this.#machine, genes))
    const frame = this.#frame(model, genes, residual)
    const constant =
      fillTransfers_s(frame) +
      frame.tiedSync_s +
      frame.iterationOverhead_s +
      work_s(this.#goal, { matrixFlops: 0, memoryTraffic_B: 0, linkTraffic_B: frame.linkTraffic_B })

    const leastLayers = this.#workload.classes.map((_layer, layerClass) => this.#plans.least(plansOf(layerClass)))
    const time_s = leastLayers.map((one) => leastOf(one, { time: 1 }))
    if (!time_s.every(Number.isFinite)) return NOTHING
    // On slow dies more communication hides, so that a bound on fills does not hold.
    const least_s = speeds ? 0 : constant + this.#leastCost_s(genes, frame, leastLayers, time_s)
    if (least_s * (1 - ROUNDING) >= ceiling) return NOTHING
    const frontiers = isExact ? [] : frontiersAt(1)
    const fastest_s = this.#workload.classes.reduce(
      (least, { hasAttention }, index) => (hasAttention ? Math.min(least, time_s[index]!) : least),
      Infinity
    )
    const ownByStage = new Map<number, readonly LayerFrontier[]>()
    const ownFrontiers = (stage: number): readonly LayerFrontier[] => {
      if (!isExact) return speeds ? frontiersAt(speeds[stage]!) : frontiers
      let own = ownByStage.get(stage)
      if (!own) {
        const projection = stageProjection({
          frame,
          stage,
          inFlight: microBatchesInFlight(genes.schedule, stage, genes.stages, genes.microBatches),
          delayed: delayedMicroBatches(genes.schedule, stage, genes.microBatches),
          least_s: lengths.least * fastest_s,
          countsWork: this.#goal !== undefined
        })
        ownByStage.set(stage, (own = frontiersAt(speeds?.[stage] ?? 1, projection)))
      }
      return own
    }
    const choices = new Map<string, readonly StageChoice[]>()
    const options = (stage: number, from: number, to: number): readonly StageChoice[] => {
      const runs = stageRuns(this.#workload, genes, stage, from, to)
      const name = `${stage}:${runs.map(({ layerClass, layers }) => `${layerClass}x${layers}`).join('+')}`
      let known = choices.get(name)
      if (!known) {
        const own = ownFrontiers(stage)
        const layerRuns: ClassRun[] = runs.map(({ layerClass, layers }) => ({
          labels: own[layerClass]!.labels,
          layers
        }))
        known = stageChoices(
          frame,
          stage,
          genes.stages,
          layerRuns,
          this.#machine.capacity_B,
          isExact,
          this.#goal !== undefined,
          ceiling - constant
        )
        choices.set(name, known)
      }
      return known
    }
    const stack = this.#workload.model.layers
    // A slow stage gets fewer layers by as much as it is slow.
    const slack = speeds ? Math.ceil((1 - Math.min(...speeds)) * (stack / genes.stages)) : 0
    let lengths = stageLengths(genes, stack, this.#space, this.#effort.unevenness + slack)
    const exact = this.#effort.unevenness === Infinity && (isExact || frontiers.every(({ complete }) => complete))
    if (isExact) lengths = shortEnough(lengths, genes, stack, frame.microBatches * fastest_s, ceiling - constant)
    const open_s = exact ? Infinity : least_s
    if (lengths.least * genes.stages > stack || lengths.most * genes.stages < stack)
      return { solution: undefined, open_s }
    const partition = bestStagePartition(
      genes.stages,
      stack,
      options as (s: number, f: number, t: number) => readonly StageOption[],
      lengths,
      ceiling - constant
    )
    if (!partition) return { solution: undefined, open_s }
    const stages = partition.stages.map(({ from, to, option }, stage) =>
      options(stage, from, to)[option]!.runs.map((runs) =>
        runs.map(({ label, layers }) => ({ plan: label.plan, layers }))
      )
    )
    return { solution: { cost_s: partition.cost + constant, genes, model, stages }, open_s }
  }

  /** Cost below which no variant comes, beside what is the same for all of its solutions. */
  #leastCost_s(genes: OuterGenes, frame: StepFrame, layers: readonly LeastLayer[], time_s: readonly number[]): number {
    const memory = stageMemory(this.#workload, this.#machine, genes.shape, time_s)
    const least_s = variantBound_s(this.#workload, genes, this.#space, frame, layers, memory)
    if (!this.#goal) return least_s
    const works_s = layers.map((one) => leastOf(one, { work: 1 }))
    return this.#workload.chain.reduce((sum, index) => sum + works_s[index]!, least_s)
  }

  #frame(model: CostModel, genes: OuterGenes, residual: number): StepFrame {
    return frameOf(
      model,
      framedGenes(this.#machine, genes),
      Array.from({ length: genes.stages - 1 }, () => residual)
    )
  }
}
