import { ROLE_COUNT, rolesOf } from '../mapping/axis-roles.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { optionalTensors, type PlanCode } from '../mapping/plan-code.ts'
import { evenStages } from '../mapping/strategy.ts'
import { randomStream, type Random } from '../optimization/random.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { frameOf, type Design } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { PLAN_COLUMNS, planCost } from '../simulator/plan-cost.ts'
import type { Workload } from '../workload/workload.ts'
import { residualLayouts } from './residual-layouts.ts'
import { layerRecomputations, recomputeMasks, roleOptions } from './step-choices.ts'
import { outerGenesOf, shapesOf, variantsOf, type OuterGenes, type Recomputation } from './outer-genes.ts'
import { modelOf } from './shape-frontiers.ts'
import { framedGenes, mappingOf, stageRuns } from './solution.ts'
import { MappingSpace } from '../mapping/mapping-space.ts'

/** A design drawn at random, with the genes it was drawn for. */
export interface RandomDesign {
  readonly genes: OuterGenes
  readonly design: Design
}

/** How designs are drawn. */
export interface Drawing {
  readonly count: number
  readonly seed: number
  /** Outer genes that are drawn first and shared by the designs. */
  readonly contexts?: number
  /** Whether stages may be cut into interleaved chunks. */
  readonly interleaved?: boolean
  /** Draws only what a search of this space would look at; everything that is legal unless given. */
  readonly space?: MappingSpace
}

const SPACE = MappingSpace.parse({})

/** Trials for an operator's roles before its cuts are given up: most fail because a cut does not divide. */
const ATTEMPTS = 20
/** Trials in vain, one after the other, before a space is taken to hold no more. */
const MISSES = 5000

const pick = <Item>(items: readonly Item[], random: Random): Item => items[random.below(items.length)]!

/** A plan of a given space. */
function spacePlan(
  model: CostModel,
  layerClass: number,
  residual: number,
  random: Random,
  space: MappingSpace,
  recompute: Recomputation
): PlanCode | undefined {
  const { steps, hasAttention } = model.context.workload.classes[layerClass]!
  const options = steps.map(({ main }) => roleOptions(model, main, space))
  if (options.some(({ length }) => length === 0)) return undefined
  const stepwise = pick(layerRecomputations(recompute, hasAttention), random)
  return {
    layerClass,
    residual,
    roles: options.map((codes) => pick(codes, random)),
    recompute: steps.map((step) => pick(recomputeMasks(step, stepwise, hasAttention), random))
  }
}

function randomPlan(model: CostModel, layerClass: number, residual: number, random: Random): PlanCode | undefined {
  const { steps } = model.context.workload.classes[layerClass]!
  const roles = steps.map(({ main }) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const code = model.axes.reduce(
        (sum, _axis, position) => sum + pick(rolesOf(main), random) * ROLE_COUNT ** position,
        0
      )
      if (model.layouts.cuts(main, code)) return code
    }
    return -1
  })
  if (roles.includes(-1)) return undefined
  return {
    layerClass,
    residual,
    roles,
    recompute: steps.map((step) => random.below(2 ** optionalTensors(step).length))
  }
}

/**
 * Legal designs drawn over the whole space: shape, pipeline, replicas, schedule, ZeRO level, placement order, one to three plans of random
 * layouts and recomputation, layers split at random. Whether they fit the memory is not asked. Every one is different; their cost models
 * are fresh. The same drawing gives the same designs; there are fewer than wanted where the space holds few.
 */
export function drawDesigns(workload: Workload, machine: Machine, drawing: Drawing): RandomDesign[] {
  const { count, seed, contexts = 40, interleaved = false, space = SPACE } = drawing
  const random = randomStream(seed)
  const outer = shapesOf(workload, machine, space)
    .flatMap((shape) => outerGenesOf(workload, machine, shape, space))
    .filter((genes) => interleaved || genes.schedule.virtualStages === 1)
  if (outer.length === 0) return []
  const drawPlan = drawing.space ? spacePlan : randomPlan
  const models = new Map<string, CostModel>()
  // Legality is asked of other cost models, so that those of the designs stay cold.
  const trials = new Map<string, CostModel>()
  const scratch = new Float64Array(PLAN_COLUMNS)
  const seen = new Set<string>()
  const designs: RandomDesign[] = []
  const layerClasses = [...new Set(workload.chain)].filter((index) => workload.classes[index]!.hasAttention)
  const chosen = Array.from({ length: contexts }, () => pick(variantsOf(pick(outer, random), space), random))
  for (let misses = 0; designs.length < count && misses < MISSES; misses++) {
    const genes = pick(chosen, random)
    const key = JSON.stringify(genes)
    let model = models.get(key)
    if (!model) {
      models.set(key, (model = modelOf(workload, machine, genes, space)))
      trials.set(key, modelOf(workload, machine, genes, space))
    }
    const trial = trials.get(key)!
    const residual = pick(residualLayouts(model, space), random)
    const ends = workload.classes.map((_layer, index) =>
      drawPlan(model, index, residual, random, space, genes.recompute)
    )
    const extra = Array.from({ length: random.below(3) }, () => {
      const layerClass = layerClasses.length > 1 ? pick(layerClasses, random) : layerClasses[0]!
      return drawPlan(model, layerClass, residual, random, space, genes.recompute)
    })
    const plans = [...ends, ...extra]
    if (plans.some((plan) => plan === undefined || planCost(trial, plan, scratch, 0) >= 0)) continue
    const candidates = workload.classes.map((_layer, index) =>
      plans.flatMap((plan, at) => (plan!.layerClass === index ? [at] : []))
    )
    let from = 0
    const stages = evenStages(workload.model.layers, genes.stages).map((stageLayers, stage) => {
      const runs = stageRuns(workload, genes, stage, from, from + stageLayers)
      from += stageLayers
      return runs.flatMap(({ layerClass, layers }) => {
        if (!layerClasses.includes(layerClass)) return [{ plan: layerClass, layers }]
        const first = layers > 1 ? 1 + random.below(layers) : layers
        const split = [{ plan: pick(candidates[layerClass]!, random), layers: first }]
        return layers > first
          ? [...split, { plan: pick(candidates[layerClass]!, random), layers: layers - first }]
          : split
      })
    })
    const name = JSON.stringify([key, plans, stages])
    if (seen.has(name)) continue
    seen.add(name)
    misses = 0
    const residuals = Array.from({ length: genes.stages - 1 }, () => residual)
    const frame = frameOf(model, framedGenes(machine, genes), residuals)
    designs.push({ genes, design: { model, plans: plans as PlanCode[], stages, frame } })
  }
  return designs
}

/** A drawn design as a readable mapping. */
export function mappingOfDrawn(workload: Workload, machine: Machine, { genes, design }: RandomDesign): Mapping {
  const { model, plans, stages } = design
  const coded = stages.map((runs) => runs.map(({ plan, layers }) => [{ plan: plans[plan]!, layers }]))
  return mappingOf(workload, machine, SPACE, { cost_s: 0, genes, model, stages: coded })
}
