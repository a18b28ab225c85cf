import { rolesOf, ROLE_COUNT } from '../../src/core/mapping/axis-roles.ts'
import { optionalTensors, type PlanCode } from '../../src/core/mapping/plan-code.ts'
import { randomStream, type Random } from '../../src/core/optimization/random.ts'
import { residualLayouts } from '../../src/core/search/layer-frontier.ts'
import { outerGenesOf, shapesOf, variantsOf } from '../../src/core/search/outer-genes.ts'
import { modelOf, placementOf } from '../../src/core/search/shape-frontiers.ts'
import { MappingSpace } from '../../src/core/search/space.ts'
import { evenStages } from '../../src/core/mapping/strategy.ts'
import { frameOf, type Design } from '../../src/core/simulator/design.ts'
import { PLAN_COLUMNS, planCost } from '../../src/core/simulator/plan-cost.ts'
import type { CostModel } from '../../src/core/simulator/cost-model.ts'
import type { Machine } from '../../src/core/simulator/machine.ts'
import type { Workload } from '../../src/core/workload/workload.ts'

const pick = <Item>(items: readonly Item[], random: Random): Item => items[random.below(items.length)]!

function randomPlan(model: CostModel, layerClass: number, residual: number, random: Random): PlanCode | undefined {
  const { steps } = model.context.workload.classes[layerClass]!
  const roles = steps.map(({ main }) => {
    for (let attempt = 0; attempt < 20; attempt++) {
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
 * Designs drawn over the whole space: shape, pipeline, replicas, schedule, ZeRO level, one to three plans of random layouts and
 * recomputation, layers split at random. Every one is different; the cost models are fresh.
 */
export function randomDesigns(
  workload: Workload,
  machine: Machine,
  count: number,
  seed: number,
  contexts = 40
): Design[] {
  const space = MappingSpace.parse({})
  const random = randomStream(seed)
  const outer = shapesOf(workload, machine, space)
    .flatMap((shape) => outerGenesOf(workload, machine, shape, space))
    .filter((genes) => genes.schedule.virtualStages === 1)
  const models = new Map<string, CostModel>()
  // Legality is asked of other cost models, so that those of the designs stay cold.
  const trials = new Map<string, CostModel>()
  const scratch = new Float64Array(PLAN_COLUMNS)
  const seen = new Set<string>()
  const designs: Design[] = []
  const chosen = Array.from({ length: contexts }, () => pick(variantsOf(pick(outer, random), space), random))
  while (designs.length < count) {
    const genes = pick(chosen, random)
    const key = JSON.stringify(genes)
    let model = models.get(key)
    if (!model) {
      models.set(key, (model = modelOf(workload, machine, genes, space)))
      trials.set(key, modelOf(workload, machine, genes, space))
    }
    const trial = trials.get(key)!
    const residual = pick(residualLayouts(model, space), random)
    const ends = workload.classes.map((_layer, index) => randomPlan(model, index, residual, random))
    const layerClass = workload.classes.findIndex((layer) => layer.hasAttention)
    const extra = Array.from({ length: random.below(3) }, () => randomPlan(model, layerClass, residual, random))
    const plans = [...ends, ...extra]
    if (plans.some((plan) => plan === undefined || planCost(trial, plan, scratch, 0) >= 0)) continue
    const candidates = [layerClass, ...extra.map((_plan, index) => ends.length + index)]
    const stages = evenStages(workload.model.layers, genes.stages).map((layers, stage) => {
      const first = layers > 1 ? 1 + random.below(layers) : layers
      const runs = [{ plan: pick(candidates, random), layers: first }]
      if (layers > first) runs.push({ plan: pick(candidates, random), layers: layers - first })
      if (stage === 0) runs.unshift({ plan: 0, layers: 1 })
      if (stage === genes.stages - 1) runs.push({ plan: workload.classes.length - 1, layers: 1 })
      return runs
    })
    const name = JSON.stringify([key, plans, stages])
    if (seen.has(name)) continue
    seen.add(name)
    const residuals = Array.from({ length: genes.stages - 1 }, () => residual)
    const frame = frameOf(
      model,
      {
        region: genes.shape.region,
        microBatch: genes.shape.microBatch,
        dataParallel: genes.replicas,
        expertParallel: 1,
        schedule: genes.schedule,
        placement: placementOf(machine, genes)
      },
      residuals
    )
    designs.push({ model, plans: plans as PlanCode[], stages, frame })
  }
  return designs
}
