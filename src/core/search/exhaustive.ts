import type { PlanCode } from '../mapping/plan-code.ts'
import { Problem } from '../problem.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { frameOf, type CodedRun, type Design } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { stepBound } from '../simulator/bounds.ts'
import { addLayers, PEAK_B, STEP_COLUMNS, TIME_S, type StepFrame } from '../simulator/pipeline.ts'
import { PLAN_COLUMNS, planCost } from '../simulator/plan-cost.ts'
import { sharesTable, tableCut } from '../simulator/tied-table.ts'
import type { Workload } from '../workload/workload.ts'
import { residualLayouts } from './residual-layouts.ts'
import { layerRecomputations, recomputeMasks, roleOptions } from './step-choices.ts'
import { outerGenesOf, shapesOf, variantsOf, type OuterGenes, type Recomputation } from './outer-genes.ts'
import { modelOf } from './shape-frontiers.ts'
import { stepCost_s, type Goal } from './goal.ts'
import type { SearchProgress, SearchResult } from './mapping-search.ts'
import { leastWork_s } from './step-bound.ts'
import { framedGenes, mappingOf, stageLengths, stageRuns } from './solution.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'

/** Designs an enumeration may visit before it is refused: about a minute of work. */
export const MOST_DESIGNS = 2e7

/** Designs between two questions whether to go on: some milliseconds. */
const ASK_EVERY = 4096

interface VisitedDesign {
  readonly iterationTime_s: number
  /** What was minimised: the time, or under an energy goal the energy over the chip's idle power. */
  readonly cost_s: number
  readonly design: Design
  readonly genes: OuterGenes
}

/** What an enumeration found. */
export interface Enumeration {
  readonly best: VisitedDesign | undefined
  readonly designs: number
  /** Someone stopped it before its end. */
  readonly stopped: boolean
}

/** Where an enumeration stands. */
export interface EnumerationProgress {
  readonly designs: number
  readonly best: VisitedDesign | undefined
}

/** Ends an enumeration from inside its recursion; never leaves this file. */
class Stopped extends Error {}

export interface EnumerationOptions {
  readonly goal?: Goal
  /** More designs than this are refused. */
  readonly most?: number
  /** Asked every few thousand designs; false ends the enumeration with what it has. */
  readonly onProgress?: ((progress: EnumerationProgress) => boolean | void) | undefined
}

/** Every legal plan of a class with this residual layout. */
function plansOf(
  model: CostModel,
  layerClass: number,
  residual: number,
  space: MappingSpace,
  recompute: Recomputation
): PlanCode[] {
  const layer = model.context.workload.classes[layerClass]!
  const combined = layerRecomputations(recompute, layer.hasAttention).flatMap((stepwise) => {
    const choices = layer.steps.map((step) => {
      const masks = recomputeMasks(step, stepwise, layer.hasAttention)
      return roleOptions(model, step.main, space).flatMap((roles) => masks.map((mask) => ({ roles, mask })))
    })
    return choices.reduce<readonly (readonly { roles: number; mask: number }[])[]>(
      (plans, options) => plans.flatMap((plan) => options.map((option) => [...plan, option])),
      [[]]
    )
  })
  const scratch = new Float64Array(PLAN_COLUMNS)
  return combined
    .map((steps) => ({
      layerClass,
      residual,
      roles: steps.map(({ roles }) => roles),
      recompute: steps.map(({ mask }) => mask)
    }))
    .filter((plan) => planCost(model, plan, scratch, 0) < 0)
}

/** Ways to give each run of a stage one plan, and the longest one also two, by plan index. */
function stageFillings(
  runs: readonly { readonly layerClass: number; readonly layers: number }[],
  byClass: readonly (readonly number[])[]
): readonly (readonly CodedRun[])[] {
  const longest = runs.reduce((best, run, index) => (run.layers > runs[best]!.layers ? index : best), 0)
  return runs.reduce<readonly (readonly CodedRun[])[]>(
    (fillings, { layerClass, layers }, index) => {
      const plans = byClass[layerClass]!
      const single = plans.map((plan) => [{ plan, layers }])
      const mixed =
        index === longest
          ? plans.flatMap((first) =>
              plans
                .filter((second) => second !== first)
                .flatMap((second) =>
                  Array.from({ length: layers - 1 }, (_, share) => [
                    { plan: first, layers: share + 1 },
                    { plan: second, layers: layers - share - 1 }
                  ])
                )
            )
          : []
      return fillings.flatMap((filling) => [...single, ...mixed].map((choice) => [...filling, ...choice]))
    },
    [[]]
  )
}

/** How many {@link stageFillings} there are, without making them. */
function fillingCount(
  runs: readonly { readonly layerClass: number; readonly layers: number }[],
  byClass: readonly (readonly number[])[]
): number {
  const longest = runs.reduce((best, run, index) => (run.layers > runs[best]!.layers ? index : best), 0)
  return runs.reduce((product, { layerClass, layers }, index) => {
    const plans = byClass[layerClass]!.length
    return product * (plans + (index === longest ? plans * (plans - 1) * (layers - 1) : 0))
  }, 1)
}

/** Whether embedding and logits of a single stage use the same shards of their one table. */
function cutsAlike(model: CostModel, plans: readonly PlanCode[], filling: readonly CodedRun[]): boolean {
  const roles = (run: CodedRun): number => plans[run.plan]!.roles[0]!
  return (
    tableCut(model.axes.length, 'embedding', roles(filling[0]!)) ===
    tableCut(model.axes.length, 'logits', roles(filling.at(-1)!))
  )
}

/** All ways to cut `layers` into `stages` parts within the lengths. */
function cutsOf(
  layers: number,
  stages: number,
  lengths: { least: number; most: number }
): readonly (readonly number[])[] {
  if (stages === 1) return layers >= lengths.least && layers <= lengths.most ? [[layers]] : []
  return Array.from({ length: Math.min(lengths.most, layers) }, (_, index) => index + 1)
    .filter((first) => first >= lengths.least)
    .flatMap((first) => cutsOf(layers - first, stages - 1, lengths).map((rest) => [first, ...rest]))
}

/**
 * Visits every design of a space one by one and keeps the one that fits and costs least: no bound, no dominance. The yardstick for the
 * exact search, and a strategy of its own where the space is small.
 * @throws Problem `usage` when the space holds more than `most` designs
 */
export function enumerateMappings(
  workload: Workload,
  machine: Machine,
  space: MappingSpace,
  { goal, most = MOST_DESIGNS, onProgress }: EnumerationOptions = {}
): Enumeration {
  let best: Enumeration['best']
  let designs = 0
  const step = new Float64Array(STEP_COLUMNS)
  const refuse = (): never => {
    throw new Problem(
      'usage',
      `the space holds more than ${most} designs, too many to enumerate; narrow it, or use strategy 'bounded'`,
      'space.strategy'
    )
  }

  const visitStages = (
    model: CostModel,
    genes: OuterGenes,
    frame: StepFrame,
    plans: readonly PlanCode[],
    costs: Float64Array,
    fillings: readonly (readonly (readonly CodedRun[])[])[]
  ): void => {
    const stages = new Float64Array(fillings.length * PLAN_COLUMNS)
    const chosen: (readonly CodedRun[])[] = []
    const visit = (stage: number): void => {
      if (stage === fillings.length) {
        if (++designs > most) refuse()
        const dies = genes.shape.region.rows * genes.shape.region.columns * genes.replicas
        const cost_s = stepCost_s(goal, frame, stages, fillings.length, dies, step)
        if (step[PEAK_B]! <= machine.capacity_B && (!best || cost_s < best.cost_s)) {
          const design = { model, plans, stages: [...chosen], frame }
          best = { iterationTime_s: step[TIME_S]!, cost_s, genes, design }
        }
        if (designs % ASK_EVERY === 0 && onProgress?.({ designs, best }) === false) throw new Stopped()
        return
      }
      for (const filling of fillings[stage]!) {
        stages.fill(0, stage * PLAN_COLUMNS, (stage + 1) * PLAN_COLUMNS)
        for (const run of filling) addLayers(costs, run.plan * PLAN_COLUMNS, run.layers, stages, stage * PLAN_COLUMNS)
        chosen[stage] = filling
        visit(stage + 1)
      }
    }
    visit(0)
  }

  const visitAll = (): void => {
    for (const shape of shapesOf(workload, machine, space))
      for (const outer of outerGenesOf(workload, machine, shape, space))
        for (const genes of variantsOf(outer, space)) {
          const model = modelOf(workload, machine, genes, space)
          for (const residual of residualLayouts(model, space)) {
            const perClass = workload.classes.map((_layer, layerClass) =>
              plansOf(model, layerClass, residual, space, genes.recompute)
            )
            if (perClass.some((plans) => plans.length === 0)) continue
            const plans = perClass.flat()
            let next = 0
            const byClass = perClass.map((members) => members.map(() => next++))
            const costs = new Float64Array(plans.length * PLAN_COLUMNS)
            for (const [index, plan] of plans.entries()) planCost(model, plan, costs, index * PLAN_COLUMNS)
            const residuals = Array.from({ length: genes.stages - 1 }, () => residual)
            const frame = frameOf(model, framedGenes(machine, genes), residuals)
            const lengths = stageLengths(genes, workload.model.layers, space, Infinity)
            for (const cut of cutsOf(workload.model.layers, genes.stages, lengths)) {
              let from = 0
              const runs = cut.map((layers, stage) => {
                from += layers
                return stageRuns(workload, genes, stage, from - layers, from)
              })
              // Refused before they are made: making them takes memory, and nobody can stop it. A tied table leaves some of them out.
              const counts = runs.map((stage) => fillingCount(stage, byClass))
              const all = counts.reduce((product, count) => product * count, 1)
              if (sharesTable(model) ? Math.max(...counts) > MOST_DESIGNS : designs + all > most) refuse()
              const fillings = runs.map((stage) => stageFillings(stage, byClass))
              const legal = sharesTable(model)
                ? fillings.map((ways) => ways.filter((way) => cutsAlike(model, plans, way)))
                : fillings
              visitStages(model, genes, frame, plans, costs, legal)
            }
          }
        }
  }
  try {
    visitAll()
  } catch (error) {
    if (error instanceof Stopped) return { best, designs, stopped: true }
    throw error
  }
  return { best, designs, stopped: false }
}

/**
 * An enumeration as the result of a search: its answer is its own bound, unless it was stopped or minimised something else than the time;
 * then only the bounds on all mappings are left. A stopped one starts anew when it is resumed.
 */
export function enumerationResult(
  workload: Workload,
  machine: Machine,
  space: MappingSpace,
  goal: Goal,
  onProgress: ((progress: SearchProgress) => boolean | void) | undefined
): SearchResult {
  const universal_s = stepBound(workload, machine).iterationTime_s
  const leastCost_s = universal_s + leastWork_s(workload, goal)
  const tell = ({ designs, best }: EnumerationProgress): boolean | void =>
    onProgress?.({
      solved: designs,
      total: MOST_DESIGNS,
      best_s: best?.iterationTime_s ?? Infinity,
      lowerBound_s: universal_s,
      gap: (best?.cost_s ?? Infinity) / leastCost_s - 1,
      share: designs / MOST_DESIGNS,
      state: () => ({ solved: 0, best: undefined, trail: [], open_s: null })
    })
  const { best, designs, stopped } = enumerateMappings(workload, machine, space, { goal, onProgress: tell })
  const found = best && {
    iterationTime_s: best.iterationTime_s,
    cost_s: best.cost_s,
    mapping: mappingOf(workload, machine, space, {
      cost_s: best.cost_s,
      genes: best.genes,
      model: best.design.model,
      stages: best.design.stages.map((runs) => [
        runs.map(({ plan, layers }) => ({ plan: best.design.plans[plan]!, layers }))
      ])
    })
  }
  return {
    best: found,
    trail: found ? [found] : [],
    lowerBound_s: !found ? 0 : stopped || goal ? universal_s : found.iterationTime_s,
    leastCost_s: !found ? 0 : stopped ? leastCost_s : found.cost_s,
    anywhere: { time_s: universal_s, cost_s: leastCost_s, offloading_s: universal_s },
    combinations: designs,
    solved: designs,
    exact: !stopped
  }
}
