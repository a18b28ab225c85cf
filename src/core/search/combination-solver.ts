import { foldsChain } from '../mapping/chain-order.ts'
import { bestStagePartition, type StageOption } from '../optimization/stage-partition.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { frameOf } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { stageSpeeds } from '../simulator/machine-defects.ts'
import { fillTransfers_s, type StepFrame } from '../simulator/pipeline.ts'
import type { Workload } from '../workload/workload.ts'
import { delayedMicroBatches, logitsInFlight, microBatchesInFlight, splitsBackward } from '../simulator/schedule.ts'
import { modelAtSpeed } from '../simulator/stage-models.ts'
import { sharesTable } from '../simulator/tied-table.ts'
import { work_s, type Goal } from './goal.ts'
import { tableCuts, tableFilter } from './table-cuts.ts'
import { layerFrontier, TIME_S, type FrontierRequest, type LayerFrontier } from './layer-frontier.ts'
import { type OuterGenes } from './outer-genes.ts'
import { framedGenes, stageLengths, stageRuns, type Solution, type StageLengths } from './solution.ts'
import { modelOf, shapeKey } from './shape-frontiers.ts'
import { MappingSpace } from '../mapping/mapping-space.ts'
import { stageProjection } from './stage-projection.ts'
import { stageChoices, type ClassRun, type StageChoice } from './stage-options.ts'

import type { Effort } from './effort.ts'

/** What a layer's frontier is asked for. */
type FrontierUse = Pick<FrontierRequest, 'only' | 'projection'>

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
  readonly #frontiers = new Map<string, LayerFrontier>()

  constructor(workload: Workload, machine: Machine, space: MappingSpace, effort: Effort, goal: Goal) {
    this.#goal = goal
    this.#workload = workload
    this.#machine = machine
    this.#space = space
    this.#effort = effort
  }

  /** The best solution of one combination that is cheaper than the ceiling, and whether "none" or "this one" is proved. */
  solve(genes: OuterGenes, residual: number, ceiling: number): { solution: Solution | undefined; exact: boolean } {
    const key = `${shapeKey(genes.shape)}z${genes.zeroStage}d${genes.replicas}e${genes.expertParallel}p${genes.stages}${genes.order}${foldsChain(genes.schedule) ? 'v' : ''}`
    let model = this.#models.get(key)
    if (!model) this.#models.set(key, (model = modelOf(this.#workload, this.#machine, genes, this.#space)))
    if (!sharesTable(model)) return this.#solveWith(genes, model, key, residual, undefined, ceiling)
    // Embedding and logits use one table, so they must cut it alike: every cut is a problem of its own.
    let best: Solution | undefined
    let exact = true
    for (const cut of tableCuts(model, this.#space)) {
      const outcome = this.#solveWith(genes, model, key, residual, cut, best?.cost_s ?? ceiling)
      best = outcome.solution ?? best
      exact &&= outcome.exact
    }
    return { solution: best, exact }
  }

  #solveWith(
    genes: OuterGenes,
    model: CostModel,
    key: string,
    residual: number,
    cut: string | undefined,
    ceiling: number
  ): { solution: Solution | undefined; exact: boolean } {
    const isExact = this.#effort.frontier === Infinity
    const frontiersAt = (speed: number, how: FrontierUse = {}): readonly LayerFrontier[] =>
      this.#workload.classes.map((_layer, layerClass) =>
        this.#frontier(modelAtSpeed(model, speed), genes, key, layerClass, residual, cut, how)
      )
    const frontiers = frontiersAt(1, isExact ? { only: 'time' } : {})
    if (frontiers.some(({ labels }) => labels.length === 0)) return { solution: undefined, exact: true }
    const speeds = stageSpeeds(this.#machine, framedGenes(this.#machine, genes))
    const frame = this.#frame(model, genes, residual)
    const constant =
      fillTransfers_s(frame) +
      frame.tiedSync_s +
      frame.iterationOverhead_s +
      work_s(this.#goal, { matrixFlops: 0, memoryTraffic_B: 0, linkTraffic_B: frame.linkTraffic_B })

    const fastest_s = this.#workload.classes.reduce(
      (least_s, { hasAttention }, index) =>
        hasAttention
          ? frontiers[index]!.labels.reduce((least, { costs }) => Math.min(least, costs[TIME_S]!), least_s)
          : least_s,
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
        ownByStage.set(stage, (own = frontiersAt(speeds?.[stage] ?? 1, { projection })))
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
    if (lengths.least * genes.stages > stack || lengths.most * genes.stages < stack)
      return { solution: undefined, exact }
    const partition = bestStagePartition(
      genes.stages,
      stack,
      options as (s: number, f: number, t: number) => readonly StageOption[],
      lengths,
      ceiling - constant
    )
    if (!partition) return { solution: undefined, exact }
    const stages = partition.stages.map(({ from, to, option }, stage) =>
      options(stage, from, to)[option]!.runs.map((runs) =>
        runs.map(({ label, layers }) => ({ plan: label.plan, layers }))
      )
    )
    return { solution: { cost_s: partition.cost + constant, genes, model, stages }, exact }
  }

  #frontier(
    model: CostModel,
    genes: OuterGenes,
    key: string,
    layerClass: number,
    residual: number,
    cut: string | undefined,
    { only, projection }: FrontierUse
  ): LayerFrontier {
    const layerName = this.#workload.classes[layerClass]!.name
    const allows = cut === undefined ? undefined : tableFilter(model, layerName, cut)
    const { speed = 1 } = model.context
    const splits = splitsBackward(genes.schedule)
    const logitsHeld = logitsInFlight(genes.schedule, genes.microBatches)
    const name = `${key}c${layerClass}a${genes.recompute}r${residual}t${allows ? cut : ''}l${logitsHeld}s${speed}${splits ? 'w' : ''}${only ?? ''}`
    // What suits one stage of one combination is not looked for again.
    let known = projection ? undefined : this.#frontiers.get(name)
    if (!known) {
      const isLayer = this.#workload.classes[layerClass]!.hasAttention
      const limit = isLayer ? this.#effort.frontier : Math.min(6, this.#effort.frontier === Infinity ? Infinity : 6)
      known = layerFrontier({
        model,
        layerClass,
        residual,
        space: this.#space,
        recompute: genes.recompute,
        limit,
        logitsHeld,
        splits,
        ...(only && { only }),
        ...(projection && { projection }),
        price: this.#goal && {
          goal: this.#goal,
          dies: genes.shape.region.rows * genes.shape.region.columns * genes.replicas,
          microBatches: genes.microBatches,
          timeWeight: (genes.microBatches + genes.stages - 1) / genes.stages
        },
        ...(allows && { allows })
      })
      if (!projection) this.#frontiers.set(name, known)
    }
    return known
  }

  #frame(model: CostModel, genes: OuterGenes, residual: number): StepFrame {
    return frameOf(
      model,
      { ...framedGenes(this.#machine, genes) },
      Array.from({ length: genes.stages - 1 }, () => residual)
    )
  }
}
