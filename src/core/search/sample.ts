import { fillStages } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { PEAK_B, simulateStep, STEP_COLUMNS } from '../simulator/pipeline.ts'
import { PLAN_COLUMNS } from '../simulator/plan-cost.ts'
import type { Workload } from '../workload/workload.ts'
import { residualLayouts } from './residual-layouts.ts'
import { layerRecomputations, recomputeMasks, roleOptions } from './step-choices.ts'
import { outerGenesOf, shapesOf, variantsOf } from './outer-genes.ts'
import { drawDesigns } from './random-designs.ts'
import { modelOf } from './shape-frontiers.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'

/** Mappings drawn at random from a space: how many there are to draw from, and how many fit the memory. */
export interface SampleResult {
  readonly drawn: number
  readonly feasible: number
  /** Least peak memory of a die among the drawn; Infinity where none was drawn. */
  readonly leastPeak_B: number
  readonly capacity_B: number
  /** Combinations of region, micro-batch, stages, replicas, experts, schedule, ZeRO level and order. */
  readonly combinations: number
  /** Mean over the drawn combinations of the plans that a layer of every kind may have. */
  readonly plansPerCombination: number
}

/** Combinations whose plans are counted: each needs a cost model of its own. */
const COUNTED = 12

/** Draws mappings of a space and prices them. The same seed draws the same ones. */
export function sampleSpace(
  workload: Workload,
  machine: Machine,
  space: MappingSpace,
  { count, seed }: { readonly count: number; readonly seed: number }
): SampleResult {
  const designs = drawDesigns(workload, machine, { count, seed, interleaved: true, space })
  const step = new Float64Array(STEP_COLUMNS)
  let feasible = 0
  let leastPeak_B = Infinity
  for (const { design } of designs) {
    const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
    fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
    simulateStep(design.frame, stages, design.stages.length, step)
    const peak_B = step[PEAK_B]!
    leastPeak_B = Math.min(leastPeak_B, peak_B)
    if (peak_B <= machine.capacity_B) feasible++
  }
  const outer = shapesOf(workload, machine, space).flatMap((shape) => outerGenesOf(workload, machine, shape, space))
  const counted = Array.from(
    { length: Math.min(COUNTED, outer.length) },
    (_, at) => outer[Math.floor((at * outer.length) / Math.min(COUNTED, outer.length))]!
  ).map((genes) => {
    const model = modelOf(workload, machine, genes, space)
    const plans = workload.classes.reduce(
      (product, { steps, hasAttention }) =>
        product *
        layerRecomputations(genes.recompute, hasAttention).reduce(
          (sum, recompute) =>
            sum +
            steps.reduce(
              (inner, one) =>
                inner *
                roleOptions(model, one.main, space).length *
                recomputeMasks(one, recompute, hasAttention).length,
              1
            ),
          0
        ),
      1
    )
    return plans * residualLayouts(model, space).length
  })
  return {
    drawn: designs.length,
    feasible,
    leastPeak_B,
    capacity_B: machine.capacity_B,
    combinations: outer.reduce((sum, genes) => sum + variantsOf(genes, space).length, 0),
    plansPerCombination: counted.reduce((sum, plans) => sum + plans, 0) / Math.max(1, counted.length)
  }
}
